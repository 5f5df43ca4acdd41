/** A mistake in the use of the model server: a wrong script or a wait in vain. */
export class ModelServerError extends Error {
  override readonly name = "ModelServerError";
}
