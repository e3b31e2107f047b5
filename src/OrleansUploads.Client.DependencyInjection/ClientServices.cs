using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Client.DependencyInjection;

/// <summary>Adds clients to a container.</summary>
public static class ClientServices
{
    /// <summary>The name of the client's <see cref="HttpClient"/> in the <see cref="IHttpClientFactory"/>. For a client with a key, a slash and
    /// the key follow.</summary>
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

    /// <summary>Adds a <see cref="GlacierClient"/> as a singleton, with options from the configuration, also in native programs.</summary>
    /// <param name="services">The container.</param>
    /// <param name="section">Has <c>Endpoint</c>, <c>Region</c>, <c>AccessKeyId</c> and <c>SecretAccessKey</c>, and perhaps
    /// <c>SessionToken</c>, <c>AccountId</c>, <c>IdleTimeout</c>, <c>Retry:MaxAttempts</c>, <c>Retry:FirstDelay</c> and
    /// <c>Retry:MaxDelay</c>. Read when the client is created, which fails if a value is missing or malformed.</param>
    /// <returns>The builder of the client's <see cref="HttpClient"/>, to add handlers.</returns>
    public static IHttpClientBuilder AddOrleansUploadsClient(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddOrleansUploadsClient(_ => ClientSection.Read(section));
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
        services.AddSingleton(provider => CreateClient(provider, HttpClientName, options));
        return services.AddHttp(HttpClientName);
    }

    /// <summary>Adds one of several clients: a <see cref="GlacierClient"/> as a singleton with a key, for example for another server or
    /// account.</summary>
    /// <param name="services">The container.</param>
    /// <param name="serviceKey">The key, as in <c>[FromKeyedServices("tapes")]</c>.</param>
    /// <param name="options">The server and the key.</param>
    /// <returns>The builder of this client's <see cref="HttpClient"/>, to add handlers.</returns>
    public static IHttpClientBuilder AddKeyedOrleansUploadsClient(
        this IServiceCollection services, string serviceKey, GlacierClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddKeyedOrleansUploadsClient(serviceKey, _ => options);
    }

    /// <inheritdoc cref="AddKeyedOrleansUploadsClient(IServiceCollection, string, GlacierClientOptions)"/>
    /// <param name="services">The container.</param>
    /// <param name="serviceKey">The key, as in <c>[FromKeyedServices("tapes")]</c>.</param>
    /// <param name="section">As in <see cref="AddOrleansUploadsClient(IServiceCollection, IConfiguration)"/>.</param>
    public static IHttpClientBuilder AddKeyedOrleansUploadsClient(
        this IServiceCollection services, string serviceKey, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddKeyedOrleansUploadsClient(serviceKey, _ => ClientSection.Read(section));
    }

    /// <inheritdoc cref="AddKeyedOrleansUploadsClient(IServiceCollection, string, GlacierClientOptions)"/>
    /// <param name="services">The container.</param>
    /// <param name="serviceKey">The key, as in <c>[FromKeyedServices("tapes")]</c>.</param>
    /// <param name="options">Returns the server and the key; called once.</param>
    public static IHttpClientBuilder AddKeyedOrleansUploadsClient(
        this IServiceCollection services, string serviceKey, Func<IServiceProvider, GlacierClientOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        ArgumentNullException.ThrowIfNull(options);
        var http = $"{HttpClientName}/{serviceKey}";
        services.AddKeyedSingleton(serviceKey, (provider, _) => CreateClient(provider, http, options));
        return services.AddHttp(http);
    }

    private static GlacierClient CreateClient(IServiceProvider provider, string http, Func<IServiceProvider, GlacierClientOptions> options) =>
        new(provider.GetRequiredService<IHttpClientFactory>().CreateClient(http), options(provider));

    /// <summary>The client lives as long as the container, so the handler must too. It renews its connections by itself.</summary>
    private static IHttpClientBuilder AddHttp(this IServiceCollection services, string name) =>
        services.AddHttpClient(name, static http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigureAdditionalHttpMessageHandlers(static (handlers, _) => LeaveOutResilience(handlers))
            .ConfigurePrimaryHttpMessageHandler(GlacierClient.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);

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
