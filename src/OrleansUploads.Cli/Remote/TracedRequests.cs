namespace OrleansUploads.Cli.Remote;

/// <summary>Writes a line for each request that a command sends: the method, the path, the status and the time until the answer began. Headers
/// are never written, because one of them is the signature.</summary>
internal sealed class TracedRequests(Printer printer, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string RequestId = "x-amzn-RequestId";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            var id = response.Headers.TryGetValues(RequestId, out var ids) ? $"  request {string.Join(',', ids)}" : "";
            Write(request, $"{(int)response.StatusCode}", began, id);
            return response;
        }
        catch
        {
            // What the failure was is written when the request is sent again, or at the end.
            Write(request, "no answer", began, "");
            throw;
        }
    }

    private void Write(HttpRequestMessage request, string outcome, long began, string more)
    {
        var milliseconds = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        printer.Trace(string.Create(
            CultureInfo.InvariantCulture, $"{request.Method} {request.RequestUri?.PathAndQuery}  {outcome}  {milliseconds:F0} ms{more}"));
    }
}
