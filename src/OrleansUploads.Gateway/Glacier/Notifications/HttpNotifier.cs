using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Events;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>Posts messages to the receivers of their topics. A status of 200 to 299 means that the receiver has the message. Redirects
/// are not followed, and the body of the response is not read.</summary>
public sealed partial class HttpNotifier : INotifier, IDisposable
{
    /// <summary>How long a receiver may take for one message; the same as at Amazon.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private const int MaxConcurrentPerReceiver = 8;
    private const int MaxConcurrentPerAccount = 6;

    private readonly TopicReceivers _receivers;
    private readonly string _region;
    private readonly ILogger<HttpNotifier> _log;
    private readonly ConcurrentDictionary<Uri, FairTurns<AccountId>> _turns = new();
    private readonly HttpClient _http = ReceiverClient.Create();

    /// <summary>Creates a notifier. It opens no connection yet.</summary>
    /// <param name="log">Receives a line for each dropped message and for each failed attempt. It contains only the host of
    /// an address, because paths and queries may contain secrets.</param>
    public HttpNotifier(TopicReceivers receivers, string region, ILogger<HttpNotifier> log)
    {
        _receivers = receivers;
        _region = region;
        _log = log;
    }

    public async ValueTask NotifyAsync(VaultIncarnation vault, JobNotice notice, CancellationToken cancellationToken)
    {
        if (_receivers.AddressFor(notice.Topic) is not { } address)
        {
            LogDropped(_log, notice.Job.Job.ToString(), notice.Topic);
            return;
        }

        // A receiver that does not respond must not block other receivers, nor an account with many jobs others with the same receiver.
        var turns = _turns.GetOrAdd(address, static _ => new FairTurns<AccountId>(MaxConcurrentPerReceiver, MaxConcurrentPerAccount));
        using var turn = await turns.TakeAsync(vault.Id.Account, cancellationToken);
        try
        {
            await PostAsync(address, TopicMessage.ForJob(vault, notice, _region), cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested
            && fault is HttpRequestException or SocketException or OperationCanceledException)
        {
            LogFailed(_log, notice.Job.Job.ToString(), notice.Topic, address.Host, ReasonOf(fault));
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task PostAsync(Uri address, TopicMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ByteArrayContent(message.ToUtf8()),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "UTF-8");
        request.Headers.TryAddWithoutValidation("x-amz-sns-message-type", message.Type);
        request.Headers.TryAddWithoutValidation("x-amz-sns-message-id", message.MessageId);
        request.Headers.TryAddWithoutValidation("x-amz-sns-topic-arn", message.TopicArn);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("OrleansUploads", null));

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        answer.EnsureSuccessStatusCode();
    }

    private static string ReasonOf(Exception fault) => fault is OperationCanceledException
        ? $"it did not answer within {Timeout.TotalSeconds:F0} seconds."
        : fault.Message;

    [LoggerMessage(
        EventId = 2003,
        Level = LogLevel.Warning,
        Message = "Job {Job} finished, but topic {Topic} has no receiver. The message was dropped. To send such messages, map "
            + "the topic to an address with --notify (OrleansUploads__Notify in a cluster).")]
    private static partial void LogDropped(ILogger log, string job, string topic);

    [LoggerMessage(
        EventId = 2004,
        Level = LogLevel.Warning,
        Message = "Job {Job} finished, but {Host}, the receiver of topic {Topic}, did not accept the message: {Reason} "
            + "It will be sent again.")]
    private static partial void LogFailed(ILogger log, string job, string topic, string host, string reason);
}

/// <summary>A message in the format that HTTP subscribers of Amazon SNS topics receive, without a signature.</summary>
/// <param name="MessageId">The same each time a message is repeated.</param>
/// <param name="Message">The job's document from DescribeJob, as a string.</param>
/// <param name="Timestamp">When the job finished.</param>
/// <remarks>Source: SNS developer guide, "HTTP/HTTPS notification JSON format"; Glacier developer guide, "Configuring vault
/// notifications".</remarks>
internal sealed record TopicMessage(string Type, string MessageId, string TopicArn, string Message, DateTimeOffset Timestamp)
{
    public const string Notification = "Notification";

    /// <summary>The message for a finished job. Each repetition has exactly the same bytes.</summary>
    public static TopicMessage ForJob(VaultIncarnation vault, JobNotice notice, string region)
    {
        var job = JobDocument.From(notice.Job, vault.Id, region, notice.Job.ReadyAt);
        return new TopicMessage(
            Notification,
            notice.Id.ToString("D", CultureInfo.InvariantCulture),
            notice.Topic,
            Encoding.UTF8.GetString(GlacierJson.Write(job)),
            notice.Job.ReadyAt);
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, TopicJson.Documents.TopicMessage);
}

[JsonSerializable(typeof(TopicMessage))]
internal sealed partial class TopicJson : JsonSerializerContext
{
    public static TopicJson Documents { get; } = new(GlacierJson.CreateOptions());
}
