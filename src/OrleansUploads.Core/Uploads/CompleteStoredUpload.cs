using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>Completes the upload if the part store has all parts.</summary>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="SizeBytes">The archive's size, as the caller knows it.</param>
/// <param name="TreeHash">The archive's tree hash, as the caller knows it.</param>
/// <param name="Stored">The part store's listing of the upload. A part that was reported after the listing may be missing from it; the
/// caller then lists again.</param>
/// <param name="Sender">Who completes it, or null if that is not known.</param>
public sealed record CompleteStoredUpload(
    VaultId Vault, long SizeBytes, TreeHash TreeHash, IReadOnlyList<ListedAttempt> Stored, Sender? Sender = null)
    : UploadCommand, ICommand<CompletedArchive>;

/// <summary>An attempt in a listing of the part store, which does not read the bytes.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="LengthBytes">Its length.</param>
public readonly record struct ListedAttempt(AttemptId Attempt, long LengthBytes);
