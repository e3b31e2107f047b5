using System.Net.Sockets;

namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>Sends each request to a silo of the rotation, and records how it ended. Only a refused connection is tried again, with the next
/// silo, as a load balancer does.</summary>
/// <param name="rotation">Chooses the silos.</param>
/// <param name="log">Records the requests, or null to record none.</param>
/// <param name="sends">Sends requests to the address that they name.</param>
internal sealed class MeasuredRequests(Rotation rotation, FaultLog? log, HttpMessageHandler sends) : DelegatingHandler(sends)
{
    /// <summary>All requests are signed for this address.</summary>
    public static readonly Uri Endpoint = new("http://vaults.test");

    /// <summary>SDKs wait this long for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!.PathAndQuery;
        request.Headers.Host = Endpoint.Authority;
        HttpRequestException? refused = null;
        foreach (var silo in rotation.Order())
        {
            request.RequestUri = new Uri(rotation.Silos[silo], target);
            try
            {
                return await SendAsync(request, silo, cancellationToken);
            }
            catch (HttpRequestException failed) when (IsRefusedConnection(failed))
            {
                refused = failed;
            }
        }

        // Clients that repeat their requests need not do so a thousand times a second.
        await Task.Delay(Pause, cancellationToken);
        throw refused!;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, int silo, CancellationToken cancellationToken)
    {
        var sentAt = log?.Now ?? TimeSpan.Zero;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        HttpResponseMessage? answer = null;
        try
        {
            answer = await base.SendAsync(request, patience.Token);
            await answer.Content.LoadIntoBufferAsync(patience.Token);
        }
        catch (Exception failed) when (
            failed is HttpRequestException or IOException or SocketException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            answer?.Dispose();
            var symptom = failed is OperationCanceledException ? "no answer within a minute"
                : IsRefusedConnection(failed) ? "connection refused"
                : "connection cut";
            Record(symptom, failed.Message);
            throw failed as HttpRequestException ?? new HttpRequestException(symptom, failed);
        }

        if ((int)answer.StatusCode >= 500)
        {
            Record($"status {(int)answer.StatusCode}", await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        else
        {
            log?.AddAnswer(NameOf(request), silo, sentAt);
        }

        return answer;

        void Record(string symptom, string detail) =>
            log?.AddFailure(new TroubledRequest(NameOf(request), silo, sentAt, log.Now, symptom, detail));
    }

    private static string NameOf(HttpRequestMessage request) => $"{request.Method} {request.RequestUri!.PathAndQuery}";

    private static bool IsRefusedConnection(Exception failed) =>
        failed is HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };
}
