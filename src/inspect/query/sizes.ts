/** A record of more bytes is looked at by itself, in pieces. */
export const largeRecord = 256 * 1024;
/** Bytes of a large body that are looked at before others have their turn. */
export const pieceBytes = 256 * 1024;
