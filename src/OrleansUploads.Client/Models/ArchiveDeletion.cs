namespace OrleansUploads.Client.Models;

/// <summary>What a server says about the bytes of an archive that it has deleted.</summary>
/// <param name="UnfreedBytes">The number of bytes that are not freed yet. 0 also from other servers, which do not say it.</param>
/// <param name="UnfreedUntil">When they are freed at the earliest, or null if there are none or they are being freed.</param>
public sealed record ArchiveDeletion(long UnfreedBytes = 0, DateTimeOffset? UnfreedUntil = null);
