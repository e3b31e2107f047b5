using OrleansUploads.Silo.Tests.Faults;

namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>Sends the requests of a node: those of the vault API to a silo of a rotation, and writes to the address that was granted.</summary>
internal sealed class NodeRequests(Rotation rotation, HttpMessageHandler sends) : DelegatingHandler(new MeasuredRequests(rotation, null, sends))
{
    private readonly HttpMessageInvoker _store = new(sends, disposeHandler: false);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri!.Authority == MeasuredRequests.Endpoint.Authority
            ? base.SendAsync(request, cancellationToken)
            : _store.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _store.Dispose();
        base.Dispose(disposing);
    }
}
