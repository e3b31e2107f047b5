using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Http.Exchanges;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Notes which operations of the vault API a client calls with success.</summary>
internal sealed class CalledOperations() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly Dictionary<VaultAction, int> _succeeded = [];

    /// <summary>The number of successful calls of each operation.</summary>
    public IReadOnlyDictionary<VaultAction, int> Succeeded => _succeeded;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var route = GlacierRoute.Parse(request.Method.Method, RequestTarget.Parse(request.RequestUri!.PathAndQuery));
        if (answer.IsSuccessStatusCode && route is { Action: var operation })
        {
            _succeeded[operation] = _succeeded.GetValueOrDefault(operation) + 1;
        }

        return answer;
    }
}
