using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Health;

namespace OrleansUploads.Gateway;

/// <summary>Where the gateway listens.</summary>
public static class GatewayEndpoints
{
    /// <summary>Path of the report of all checks: whether requests should be sent here. It needs no signature.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>Path of the report of the checks with <see cref="LiveTag"/>: whether a restart would help. It needs no
    /// signature.</summary>
    public const string LivePath = "/livez";

    /// <summary>Marks the checks whose failure only a restart mends.</summary>
    public const string LiveTag = "live";

    /// <summary>Maps the health reports, and the vault API on every other path that has no endpoint of its own.</summary>
    public static IEndpointRouteBuilder MapOrleansUploadsGateway(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks(HealthPath, new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync });
        endpoints.MapHealthChecks(LivePath, new HealthCheckOptions
        {
            ResponseWriter = HealthReportWriter.WriteAsync,
            Predicate = static check => check.Tags.Contains(LiveTag),
        });
        var front = endpoints.ServiceProvider.GetRequiredService<GlacierFront>();
        endpoints.Map("/{**path}", (RequestDelegate)front.HandleAsync);
        return endpoints;
    }
}
