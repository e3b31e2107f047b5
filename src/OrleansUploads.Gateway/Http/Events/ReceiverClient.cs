namespace OrleansUploads.Gateway.Http.Events;

/// <summary>Creates clients that post to receivers of an operator.</summary>
internal static class ReceiverClient
{
    private const int MaxAnswerHeaderKibibytes = 16;

    /// <summary>Creates a client that follows no redirect and reads no body. Each call needs its own time limit. It opens no connection
    /// yet.</summary>
    public static HttpClient Create() => new(new SocketsHttpHandler
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
