using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Testing;

/// <summary>Carries out requests and cuts their connections instead of answering, as a network does that fails at the worst
/// moment.</summary>
internal sealed class LostAnswers
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<HttpRequest, bool>> _awaited = [];

    /// <summary>Loses the answer to the next request that a condition accepts.</summary>
    public void Lose(Func<HttpRequest, bool> condition)
    {
        lock (_gate)
        {
            _awaited.Enqueue(condition);
        }
    }

    public async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsAwaited(context.Request))
        {
            await next(context);
            return;
        }

        var sent = context.Response.Body;
        context.Response.Body = Stream.Null;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = sent;
            context.Abort();
        }
    }

    /// <summary>Whether the first condition accepts a request. Each condition is met by one request, also if several come at the same
    /// time.</summary>
    private bool IsAwaited(HttpRequest request)
    {
        lock (_gate)
        {
            return _awaited.TryPeek(out var condition) && condition(request) && _awaited.TryDequeue(out _);
        }
    }
}
