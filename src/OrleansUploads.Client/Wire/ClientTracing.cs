using System.Diagnostics;

namespace OrleansUploads.Client.Wire;

/// <summary>The activities of calls. <see cref="HttpClient"/> sends the current one to the server as <c>traceparent</c>.</summary>
internal static class ClientTracing
{
    private const string MethodSuffix = "Async";

    private static readonly ActivitySource Source = new(GlacierClient.ActivitySourceName);

    /// <summary>Runs a call as an activity, if anything listens.</summary>
    /// <param name="method">The client's method. The activity has its name without <c>Async</c>.</param>
    /// <param name="call">Sends the request and reads the response.</param>
    public static Task<T> RunAsync<T>(string method, Func<Task<T>> call) =>
        Source.HasListeners() ? RunTracedAsync(method, call) : call();

    private static async Task<T> RunTracedAsync<T>(string method, Func<Task<T>> call)
    {
        var name = method.EndsWith(MethodSuffix, StringComparison.Ordinal) ? method[..^MethodSuffix.Length] : method;
        using var activity = Source.StartActivity(name, ActivityKind.Client);
        try
        {
            return await call();
        }
        catch (Exception failure)
        {
            activity?.SetTag("code", (failure as GlacierException)?.Code);
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }
    }
}
