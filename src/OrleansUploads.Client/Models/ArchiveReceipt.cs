using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Models;

/// <summary>Proof that an archive is stored.</summary>
/// <param name="ArchiveId">Names the archive from now on; there is no other way to it but the inventory.</param>
/// <param name="TreeHash">Tree hash of its bytes; null where the server left it out.</param>
/// <param name="Location">Its path on the server.</param>
public sealed record ArchiveReceipt(string ArchiveId, TreeHash? TreeHash, string Location);
