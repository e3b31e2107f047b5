using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The header with which a request for the parts of an upload asks for its state instead, in the vault API and in S3. The answer may
/// wait for the end of the upload.</summary>
internal static class UploadStatus
{
    /// <summary>The name of the header.</summary>
    public const string Header = "x-orleans-uploads-status";

    private const string WaitPrefix = "wait=";
    private const int MaxWaitSeconds = 20;

    /// <summary>Without a part for this long, an open upload is stuck, and waiting ends.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(1);

    /// <summary>How often to look whether the upload is stuck or has ended unnoticed.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private static readonly string Rule = string.Create(
        CultureInfo.InvariantCulture, $"It must be '{WaitPrefix}' and the seconds to wait for the end of the upload: 0 to {MaxWaitSeconds}.");

    /// <summary>Reads the header.</summary>
    /// <returns>How long to wait, or null if there is no header.</returns>
    /// <exception cref="FrontError">The value is malformed.</exception>
    public static TimeSpan? ReadWait(FrontCall call)
    {
        if (call.Header(Header) is not { } text)
        {
            return null;
        }

        return text.StartsWith(WaitPrefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(WaitPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= MaxWaitSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw call.InvalidHeader(Header, text, Rule);
    }

    /// <summary>Answers when the upload has ended or is stuck, and at the latest after the time to wait.</summary>
    /// <param name="readAsync">Reads the state.</param>
    public static async ValueTask<FrontAnswer> AnswerAsync(
        FrontCall call, UploadId upload, TimeSpan wait, Func<ValueTask<UploadStatusDocument>> readAsync)
    {
        var time = call.Services.Time;
        var startedAt = time.GetTimestamp();
        while (true)
        {
            var status = await readAsync();
            status = status with { IsStuck = status.LastActivity is { } last && time.GetUtcNow() - last >= StuckAfter };
            var left = wait - time.GetElapsedTime(startedAt);
            if (!status.MayGoOn || status.IsStuck || left <= TimeSpan.Zero)
            {
                return FrontAnswer.OfJson(JsonSerializer.SerializeToUtf8Bytes(status, UploadStatusJson.Default.UploadStatusDocument));
            }

            var atMost = left < PollInterval ? left : PollInterval;
            await call.Paths.UploadEnds.AwaitEndAsync(upload, atMost, call.Aborted);
        }
    }
}

/// <summary>The state of an upload. Members without a value are left out.</summary>
/// <param name="State"><c>Open</c>, <c>Completing</c>, <c>Completed</c>, <c>Aborted</c> or <c>Expired</c>.</param>
internal sealed record UploadStatusDocument(string UploadId, string State)
{
    private const string Open = nameof(UploadPhase.Open);
    private const string Completing = "Completing";

    /// <summary>The announced size, in bytes.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>The size of the archive or object, in bytes, or of the parts that have arrived.</summary>
    public long? Bytes { get; init; }

    /// <summary>The number of parts that have arrived.</summary>
    public int? PartCount { get; init; }

    /// <summary>Their numbers, such as <c>1-3,7</c>. The part at the beginning of an archive has number 1.</summary>
    public string? Parts { get; init; }

    /// <summary>The numbers between them that are missing, in the same form. If the size was announced and the parts of a vault are meant, also
    /// those up to the end.</summary>
    public string? MissingParts { get; init; }

    /// <summary>When the last part arrived, or the upload was initiated.</summary>
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>Whether it is open and nothing has arrived for a minute.</summary>
    public bool IsStuck { get; init; }

    /// <summary>Who sent the last part.</summary>
    public Sender? LastSender { get; init; }

    /// <summary>When it expires at the earliest, unless another part arrives.</summary>
    public DateTimeOffset? Deadline { get; init; }

    public string? ArchiveId { get; init; }

    public string? TreeHash { get; init; }

    public string? ETag { get; init; }

    /// <summary>When it was aborted or expired, or the archive or object was deleted.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether the upload has not ended.</summary>
    [JsonIgnore]
    public bool MayGoOn => State is Open or Completing;

    /// <summary>Describes an open upload.</summary>
    /// <param name="lastNumber">The number of the last part, or null if it is not known.</param>
    public static UploadStatusDocument OfOpen(UploadSpec spec, MappedParts parts, int? lastNumber) => new(spec.Upload.ToString(), Open)
    {
        TotalBytes = spec.TotalBytes,
        Bytes = parts.Bytes,
        PartCount = parts.Numbers.InOrder.Length,
        Parts = parts.Numbers.ToString(),
        MissingParts = parts.Numbers.MissingBefore(lastNumber + 1).ToString(),
        LastActivity = parts.LastActivityAt,
        LastSender = parts.LastSender,
        Deadline = parts.ExpiresAt,
    };

    /// <summary>Describes an upload that is not open.</summary>
    public static UploadStatusDocument OfClosed(UploadSpec spec, UploadPhase phase, DateTimeOffset? endedAt) =>
        new(spec.Upload.ToString(), phase == UploadPhase.Open ? Completing : phase.ToString())
        {
            TotalBytes = spec.TotalBytes,
            EndedAt = endedAt,
        };
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UploadStatusDocument))]
internal sealed partial class UploadStatusJson : JsonSerializerContext;
