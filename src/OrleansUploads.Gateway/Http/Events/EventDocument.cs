using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Gateway.Http.Events;

/// <summary>The body of an event. Each repetition has exactly the same bytes.</summary>
/// <param name="Type"><c>upload.completed</c>, <c>upload.aborted</c> or <c>upload.expired</c>.</param>
/// <param name="Timestamp">When the upload ended, in UTC.</param>
/// <param name="Data">The upload.</param>
internal sealed record EventDocument(string Type, string Timestamp, EndedUpload Data)
{
    public static EventDocument Of(EndNotice notice)
    {
        var data = notice.Spec switch
        {
            ArchiveUploadSpec archive => new EndedUpload(archive.Upload.ToString())
            {
                Account = archive.Vault.Id.Account.ToString(),
                Vault = archive.Vault.Id.Name.ToString(),
            },
            ObjectUploadSpec published => new EndedUpload(published.Upload.ToString())
            {
                Bucket = published.Name.Bucket.Name.ToString(),
                Key = published.Name.Key.ToString(),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(notice), notice.Spec, "Unknown kind of upload."),
        };
        return new EventDocument(
            notice.End switch
            {
                UploadPhase.Completed => "upload.completed",
                UploadPhase.Aborted => "upload.aborted",
                UploadPhase.Expired => "upload.expired",
                _ => throw new ArgumentOutOfRangeException(nameof(notice), notice.End, "The upload has not ended."),
            },
            notice.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            notice.Completion switch
            {
                ArchiveCompletion done => data with
                {
                    ArchiveId = done.Archive.ToString(),
                    TreeHash = done.TreeHash.ToString(),
                    SizeBytes = done.SizeBytes,
                },
                ObjectCompletion done => data with { Etag = done.ETag.ToString(), SizeBytes = done.SizeBytes },
                _ => data,
            });
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, EventJson.Default.EventDocument);
}

/// <summary>An upload that has ended. What does not apply to it is left out.</summary>
/// <param name="UploadId">Its ID, as the client knows it.</param>
internal sealed record EndedUpload(string UploadId)
{
    public string? Account { get; init; }

    public string? Vault { get; init; }

    public string? Bucket { get; init; }

    public string? Key { get; init; }

    public string? ArchiveId { get; init; }

    public string? TreeHash { get; init; }

    /// <summary>The ETag of the object, without quotes.</summary>
    public string? Etag { get; init; }

    public long? SizeBytes { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventDocument))]
internal sealed partial class EventJson : JsonSerializerContext;
