namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>Loses requests on their way to a server, and answers on their way back. The sender sees a connection that was cut.</summary>
/// <param name="seed">Chooses the requests.</param>
/// <param name="sends">Sends the others.</param>
internal sealed class LossyNetwork(int seed, HttpMessageHandler sends) : DelegatingHandler(sends)
{
    private const double ShareOfRequests = 0.02;
    private const double ShareOfAnswers = 0.08;

    private readonly Random _random = new(seed);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        double drawn;
        lock (_random)
        {
            drawn = _random.NextDouble();
        }

        if (drawn < ShareOfRequests)
        {
            throw new HttpRequestException("The request was lost.");
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (drawn > 1 - ShareOfAnswers)
        {
            answer.Dispose();
            throw new HttpRequestException("The answer was lost.");
        }

        return answer;
    }
}
