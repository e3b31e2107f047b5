using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>Returns everything that an open upload knows about one part.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Number">The part's number in <see cref="MappedParts"/>.</param>
public sealed record FindPart(VaultId Vault, int Number) : UploadCommand, ICommand<FoundPart>;

/// <summary>One part of an open upload.</summary>
/// <param name="Range">The bytes that it holds, or null if the upload does not have the part.</param>
/// <param name="TreeHash">Their tree hash; meaningless without a range.</param>
/// <param name="Attempt">The attempt that holds them, or null if they are stored externally.</param>
/// <param name="Location">The external location of the bytes, or null if they are in the part store.</param>
/// <param name="StoredAt">When the part was accepted; meaningless without a range.</param>
public sealed record FoundPart(
    PartRange? Range, TreeHash TreeHash, AttemptId? Attempt, PartLocation? Location, DateTimeOffset StoredAt);
