using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Documents;

namespace OrleansUploads.Gateway.Notifications;

/// <summary>A message as receivers of Amazon's topics get it over HTTP, but not signed.</summary>
/// <param name="Type">Always <see cref="Notification"/>.</param>
/// <param name="MessageId">The same for each repetition of a message.</param>
/// <param name="TopicArn">The topic.</param>
/// <param name="Message">The job's document, as DescribeJob shows it, in a text.</param>
/// <param name="Timestamp">When the job finished.</param>
/// <remarks>Source: SNS developer guide, "HTTP/HTTPS notification JSON format"; Glacier developer guide, "Configuring vault
/// notifications".</remarks>
internal sealed record TopicMessage(string Type, string MessageId, string TopicArn, string Message, DateTimeOffset Timestamp)
{
    /// <summary>The only type of message.</summary>
    public const string Notification = "Notification";

    /// <summary>The message of a job's end. Each repetition is the same to the last byte.</summary>
    public static TopicMessage Of(VaultLife vault, JobNotice notice, string region)
    {
        var job = JobDocument.From(notice.Job, vault.Id, region, notice.Job.ReadyAt);
        return new TopicMessage(
            Notification,
            notice.Id.ToString("D", CultureInfo.InvariantCulture),
            notice.Topic,
            JsonSerializer.Serialize(job, GlacierJson.Documents.JobDocument),
            notice.Job.ReadyAt);
    }

    /// <summary>The body of the request.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, TopicMessageJson.Bodies.TopicMessage);
}

[JsonSerializable(typeof(TopicMessage))]
internal sealed partial class TopicMessageJson : JsonSerializerContext
{
    public static TopicMessageJson Bodies { get; } = new(new JsonSerializerOptions
    {
        Converters = { new GlacierDateConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
