using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Client.DependencyInjection;

/// <summary>Adds the client to a container.</summary>
public static class ClientServices
{
    /// <summary>The name of the client's <see cref="HttpClient"/> in the <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "OrleansUploads";

    private const string ResilienceNamespace = "Microsoft.Extensions.Http.Resilience";

    /// <summary>Adds a <see cref="GlacierClient"/> as a singleton.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">The server and the key.</param>
    /// <returns>The builder of the client's <see cref="HttpClient"/>, to add handlers.</returns>
    public static IHttpClientBuilder AddOrleansUploadsClient(this IServiceCollection services, GlacierClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddOrleansUploadsClient(_ => options);
    }

    /// <summary>Adds a <see cref="GlacierClient"/> as a singleton, with options that are read from the container.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Returns the server and the key; called once.</param>
    /// <returns>The builder of the client's <see cref="HttpClient"/>, to add handlers.</returns>
    public static IHttpClientBuilder AddOrleansUploadsClient(
        this IServiceCollection services, Func<IServiceProvider, GlacierClientOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(provider => new GlacierClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName), options(provider)));

        // The client lives as long as the container, so the handler must too. It renews its connections by itself.
        return services.AddHttpClient(HttpClientName, static http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) => LeaveOutResilience(handlers))
            .ConfigurePrimaryHttpMessageHandler(GlacierClient.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }

    /// <summary>The service defaults of Aspire add a handler to every client that ends a part after 30 seconds, and repeats requests that
    /// are not safe to repeat. Handlers that are added to this client stay.</summary>
    private static void LeaveOutResilience(IList<DelegatingHandler> handlers)
    {
        for (var i = handlers.Count - 1; i >= 0; i--)
        {
            if (handlers[i].GetType().Namespace == ResilienceNamespace)
            {
                handlers.RemoveAt(i);
            }
        }
    }
}
