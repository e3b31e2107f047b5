using System.Net.Http.Headers;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Http.Events;

/// <summary>Posts the ends of uploads to an address of the operator, signed as Standard Webhooks has it. A status of 200 to 299 means that the
/// receiver has the event. Redirects are not followed, and the body of the response is not read.</summary>
/// <remarks>No client can name an address, so clients cannot make the service send requests into its own network.</remarks>
public sealed class HttpUploadEvents : IUploadEvents, IDisposable
{
    private readonly EventTarget _target;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = ReceiverClient.Create();

    /// <summary>Creates a sender. It opens no connection yet.</summary>
    /// <param name="target">Where the events are sent.</param>
    /// <param name="time">The clock of timestamps.</param>
    public HttpUploadEvents(EventTarget target, TimeProvider time)
    {
        _target = target;
        _time = time;
    }

    public async ValueTask EndedAsync(EndNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var body = EventDocument.Of(notice).ToUtf8();
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, _target.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", notice.Id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", _target.Secrets.Sign(notice.Id, timestamp, body));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("OrleansUploads", null));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            // The path of the address may be a secret.
            throw new HttpRequestException($"{_target.Address.Host} answered {(int)answer.StatusCode}.", inner: null, answer.StatusCode);
        }
    }

    public void Dispose() => _http.Dispose();
}
