namespace OrleansUploads.Dashboard;

/// <summary>A request of a signed-in user. Policies and owners judge it as what it is: a user of the dashboard wants to see something, or
/// to abort an upload.</summary>
/// <param name="Exchange">The HTTP request and its response.</param>
/// <param name="Account">The account of the session.</param>
/// <param name="Scope">What the session's key is for.</param>
/// <param name="AccessKeyId">The access key that signed in, or null if the server verifies no signatures.</param>
internal sealed record DashboardCall(HttpExchange Exchange, AccountId Account, KeyScope Scope, string? AccessKeyId)
{
    /// <summary>The query's parameters.</summary>
    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;
}
