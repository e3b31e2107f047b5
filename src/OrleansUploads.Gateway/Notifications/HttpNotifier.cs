using System.Collections.Concurrent;
using System.Net.Http.Headers;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Notifications;

/// <summary>Posts messages to the addresses that listen to their topics. An answer of 200 to 299 means that the receiver has
/// the message; redirections are not followed, and nothing of an answer's body is read.</summary>
public sealed partial class HttpNotifier : INotifier, IDisposable
{
    /// <summary>How long a receiver may take for one message, as Amazon's have it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const int MaxAtOnce = 8;
    private const int MaxAnswerHeaderKibibytes = 16;

    private readonly TopicReceivers _receivers;
    private readonly string _region;
    private readonly ILogger<HttpNotifier> _log;
    private readonly ConcurrentDictionary<Uri, SemaphoreSlim> _turns = new();
    private readonly HttpClient _http;

    /// <summary>Makes no connection yet.</summary>
    /// <param name="receivers">Who listens to which topic.</param>
    /// <param name="region">The region that names of vaults show.</param>
    /// <param name="log">Hears of messages that nobody listens to, and of each attempt that failed. Of an address it
    /// hears no more than the host: paths and queries may hold secrets.</param>
    public HttpNotifier(TopicReceivers receivers, string region, ILogger<HttpNotifier> log)
    {
        _receivers = receivers;
        _region = region;
        _log = log;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = MaxAnswerHeaderKibibytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The receiver does not have it, as far as is known.</exception>
    public async ValueTask NotifyAsync(VaultLife vault, JobNotice notice, CancellationToken cancellationToken)
    {
        if (_receivers.Find(notice.Topic) is not { } address)
        {
            Dropped(_log, notice.Job.Job.ToString(), notice.Topic);
            return;
        }

        // One receiver that does not answer must not take the turns of another.
        var turns = _turns.GetOrAdd(address, static _ => new SemaphoreSlim(MaxAtOnce));
        await turns.WaitAsync(cancellationToken);
        try
        {
            await PostAsync(address, TopicMessage.Of(vault, notice, _region), cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested
            && fault is HttpRequestException or OperationCanceledException)
        {
            Failed(_log, notice.Job.Job.ToString(), notice.Topic, address.Host, fault.Message);
            throw;
        }
        finally
        {
            turns.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        foreach (var turns in _turns.Values)
        {
            turns.Dispose();
        }
    }

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

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        answer.EnsureSuccessStatusCode();
    }

    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Warning,
        Message = "Job {Job} has finished, but nobody listens to its topic {Topic}; the message is dropped")]
    private static partial void Dropped(ILogger log, string job, string topic);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Warning,
        Message = "Job {Job} has finished, but {Host}, which listens to {Topic}, did not take the message: {Reason} "
            + "It is sent again later")]
    private static partial void Failed(ILogger log, string job, string topic, string host, string reason);
}
