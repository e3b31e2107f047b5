using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Bytes;

/// <summary>The body of a request that uploads an object or a part of one.</summary>
/// <param name="Content">The bytes. The stream is read to its end.</param>
/// <param name="LengthBytes">Their announced number; not negative.</param>
/// <param name="Sha256">The SHA-256 of the bytes that the client signed, or null if the signature does not cover their hash.</param>
/// <param name="Algorithm">The algorithm of the checksum that the request states or will state in its trailer, or null if it has
/// none.</param>
/// <param name="Stated">The digests that the request states. Called once the bytes have been read, because some arrive behind
/// them.</param>
public sealed record ObjectBody(
    Stream Content, long LengthBytes, LinearHash? Sha256, ChecksumAlgorithm? Algorithm, Func<StatedDigests> Stated);

/// <summary>The other digests that a request states; each is null if the request does not state it.</summary>
/// <param name="Md5">The MD5.</param>
/// <param name="Checksum">The checksum.</param>
public readonly record struct StatedDigests(Md5Digest? Md5, Checksum? Checksum);
