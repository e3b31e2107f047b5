namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>The timeline of an upload.</summary>
/// <param name="Id">The upload's ID.</param>
/// <param name="Phase">The upload's phase: <c>open</c>, <c>completed</c>, <c>aborted</c> or <c>expired</c>.</param>
/// <param name="Created">When it was initiated.</param>
/// <param name="Ended">When it ended, or null while it is open.</param>
/// <param name="EndedBy">The number of the sender that completed or aborted it, or null if that is not known.</param>
/// <param name="Senders">The senders. The first has number 1. Null if the timeline was not kept.</param>
/// <param name="Parts">The parts that count, by number. Null if the timeline was not kept.</param>
/// <param name="Lost">Attempts that do not count, by part. Null if the timeline was not kept.</param>
/// <param name="NotListed">How many further attempts do not count. Null if the timeline was not kept.</param>
/// <param name="Description">The archive's description, or null.</param>
/// <param name="Bytes">The size of the archive or object, or null unless the upload is completed.</param>
/// <param name="Archive">The archive's ID, or null unless the upload became one.</param>
/// <param name="Hash">The archive's tree hash or the object's ETag, or null unless the upload is completed.</param>
/// <param name="Released">When the archive was deleted, or the object deleted or replaced; null while it exists.</param>
/// <param name="Single">True if the archive or object was sent in one request, or null.</param>
internal sealed record TimelineDocument(
    string Id,
    string Phase,
    long Created,
    long? Ended,
    int? EndedBy,
    IReadOnlyList<SenderDocument>? Senders,
    IReadOnlyList<TimelinePartDocument>? Parts,
    IReadOnlyList<LostAttemptDocument>? Lost,
    int? NotListed,
    string? Description,
    long? Bytes,
    string? Archive,
    string? Hash,
    long? Released,
    bool? Single);

/// <summary>A sender.</summary>
/// <param name="AccessKeyId">Its access key, or null if signatures were not verified.</param>
/// <param name="Address">Its address, or null if that is not known.</param>
/// <param name="Node">The node that received its requests, or null if that is not known.</param>
internal sealed record SenderDocument(string? AccessKeyId, string? Address, string? Node);

/// <summary>A part that counts.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Stored">When it was accepted.</param>
/// <param name="By">The number of its sender, 255 for one of many that are not told apart, or null if it is not known.</param>
/// <param name="Resent">How many earlier attempts it replaced.</param>
internal sealed record TimelinePartDocument(int Number, long Stored, int? By, int Resent);

/// <summary>An attempt that does not count.</summary>
/// <param name="Number">The number of its part.</param>
/// <param name="Stored">When it was accepted.</param>
/// <param name="By">The number of its sender, 255 for one of many that are not told apart, or null if it is not known.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Attempt">The attempt, or null if it has no bytes in the part store.</param>
/// <param name="Why"><c>replaced</c> by a later attempt, or <c>not named</c> by the completion.</param>
internal sealed record LostAttemptDocument(int Number, long Stored, int? By, long Bytes, string? Attempt, string Why);
