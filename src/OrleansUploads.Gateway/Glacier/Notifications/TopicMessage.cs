using System.Text.Json;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Gateway.Glacier.Jobs;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>A message in the format that HTTP subscribers of Amazon SNS topics receive, without a signature.</summary>
/// <param name="Type">Always <see cref="Notification"/>.</param>
/// <param name="MessageId">The same each time a message is repeated.</param>
/// <param name="TopicArn">The topic.</param>
/// <param name="Message">The job's document from DescribeJob, as a string.</param>
/// <param name="Timestamp">When the job finished.</param>
/// <remarks>Source: SNS developer guide, "HTTP/HTTPS notification JSON format"; Glacier developer guide, "Configuring vault
/// notifications".</remarks>
internal sealed record TopicMessage(string Type, string MessageId, string TopicArn, string Message, DateTimeOffset Timestamp)
{
    /// <summary>The only type of message.</summary>
    public const string Notification = "Notification";

    /// <summary>The message for a finished job. Each repetition has exactly the same bytes.</summary>
    public static TopicMessage ForJob(VaultIncarnation vault, JobNotice notice, string region)
    {
        var job = JobDocument.From(notice.Job, vault.Id, region, notice.Job.ReadyAt);
        return new TopicMessage(
            Notification,
            notice.Id.ToString("D", CultureInfo.InvariantCulture),
            notice.Topic,
            JsonSerializer.Serialize(job, JobJson.Documents.JobDocument),
            notice.Job.ReadyAt);
    }

    /// <summary>The message as the body of a request.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, NotificationJson.Documents.TopicMessage);
}
