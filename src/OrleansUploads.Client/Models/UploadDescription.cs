using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>The state of an upload.</summary>
public enum VaultUploadState
{
    /// <summary>It takes parts.</summary>
    Open,

    /// <summary>A client has completed it, and the server has not decided yet.</summary>
    Completing,

    /// <summary>It became an archive.</summary>
    Completed,

    /// <summary>A client aborted it.</summary>
    Aborted,

    /// <summary>It expired without activity.</summary>
    Expired,
}

/// <summary>What the server knows about an upload. What does not belong to the state is null.</summary>
public sealed record UploadDescription
{
    /// <summary>The upload ID.</summary>
    [JsonRequired]
    public string UploadId { get; init; } = "";

    /// <summary>Whether it takes parts, or how it ended.</summary>
    [JsonRequired]
    public VaultUploadState State { get; init; }

    /// <summary>The size that a client has announced, in bytes.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>The bytes of the parts that have arrived, or the size of the archive.</summary>
    public long? Bytes { get; init; }

    /// <summary>The number of parts that have arrived.</summary>
    public int? PartCount { get; init; }

    /// <summary>The numbers of these parts, such as <c>1-3,7</c>. The part at the beginning of the archive has number 1.</summary>
    public string? Parts { get; init; }

    /// <summary>The numbers of the parts that are missing, up to the announced size or the last part.</summary>
    public string? MissingParts { get; init; }

    /// <summary>When the last part arrived, or the upload was initiated.</summary>
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>Whether it is open and nothing has arrived for a minute.</summary>
    public bool IsStuck { get; init; }

    /// <summary>Who sent the last part.</summary>
    public UploadSender? LastSender { get; init; }

    /// <summary>When it expires at the earliest, unless another part arrives.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The ID of the archive.</summary>
    public string? ArchiveId { get; init; }

    /// <summary>The tree hash of the archive.</summary>
    public TreeHash? TreeHash { get; init; }

    /// <summary>When it was aborted or expired, or the archive was deleted.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>Who sent a part.</summary>
/// <param name="AccessKeyId">The access key that signed the request.</param>
/// <param name="Node">The node that received it, or null if it has no name.</param>
/// <param name="Address">The address of the client.</param>
public sealed record UploadSender(string? AccessKeyId, string? Node, string? Address);
