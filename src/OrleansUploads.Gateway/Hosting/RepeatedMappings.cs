using Microsoft.AspNetCore.Hosting;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Refuses the start of an application that maps the service twice at one place. Otherwise each request would match both endpoints
/// and get 500.</summary>
internal sealed class RepeatedMappings : IStartupFilter
{
    private int _mappings;

    /// <summary>Counts a call of <see cref="GatewayEndpoints.MapOrleansUploads"/>.</summary>
    public void Add() => Interlocked.Increment(ref _mappings);

    /// <exception cref="InvalidOperationException">Two endpoints match the same requests.</exception>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);

        // The endpoints of an application are not built before it needs them, unless one may be a repetition.
        if (Volatile.Read(ref _mappings) > 1)
        {
            Require(app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints.Where(UploadsEndpoint.Is).OfType<RouteEndpoint>());
        }
    };

    private static void Require(IEnumerable<RouteEndpoint> mapped)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in mapped)
        {
            var hosts = endpoint.Metadata.GetMetadata<IHostMetadata>()?.Hosts ?? [];
            foreach (var host in hosts.DefaultIfEmpty(""))
            {
                if (!taken.Add($"{host}{endpoint.RoutePattern.RawText}"))
                {
                    throw new InvalidOperationException(
                        $"The application maps OrleansUploads twice at {host}{endpoint.RoutePattern.RawText}, so every request would match both. "
                        + "Call MapOrleansUploads once for each prefix, or tell the calls apart with RequireHost.");
                }
            }
        }
    }
}
