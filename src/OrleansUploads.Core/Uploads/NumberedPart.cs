using OrleansUploads.Core.Parts;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>A part whose bytes are durable in the part store.</summary>
/// <param name="Number">1 to <see cref="Values.ObjectLimits.MaxParts"/>.</param>
/// <param name="LengthBytes">Its length; may be 0.</param>
/// <param name="Md5">MD5 of the bytes. It is the part's ETag.</param>
/// <param name="TreeHash">Tree hash of the bytes.</param>
/// <param name="Attempt">The attempt that holds them, or null.</param>
/// <param name="Checksum">The checksum that the client stated, or that the server computed, or null.</param>
public sealed record NumberedPart(
    int Number, long LengthBytes, Md5Digest Md5, TreeHash TreeHash, AttemptId? Attempt, Checksum? Checksum);

/// <summary>A part that a completion names.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Md5">Its ETag, or null if the caller's text cannot be the ETag of a part.</param>
/// <param name="Checksum">Its checksum, or null if the caller did not state one.</param>
public readonly record struct ChosenPart(int Number, Md5Digest? Md5, Checksum? Checksum);

/// <summary>A part in a list.</summary>
/// <param name="Part">The part.</param>
/// <param name="StoredAt">When it was accepted.</param>
public sealed record ListedNumberedPart(NumberedPart Part, DateTimeOffset StoredAt);

/// <summary>One page of an upload's parts.</summary>
/// <param name="Spec">What was fixed when the upload was initiated.</param>
/// <param name="Parts">By number.</param>
/// <param name="HasMore">Whether more parts follow.</param>
public sealed record NumberedPartsPage(ObjectUploadSpec Spec, IReadOnlyList<ListedNumberedPart> Parts, bool HasMore);
