namespace OrleansUploads.Client.Models;

/// <summary>Proof that an archive is stored.</summary>
/// <param name="ArchiveId">The archive ID. Keep it: otherwise only the vault's inventory contains it.</param>
/// <param name="TreeHash">The tree hash of the archive, or null if the server did not return it.</param>
/// <param name="Location">The archive's path on the server.</param>
public sealed record ArchiveReceipt(string ArchiveId, TreeHash? TreeHash, string Location);
