using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Connections;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>The paths that the gateway serves.</summary>
public static class GatewayEndpoints
{
    /// <summary>Path of the report of all checks. It tells a load balancer whether to send requests here, and needs no
    /// signature.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>Path of the report of the checks with <see cref="LiveTag"/>. It tells whether a restart would help, and needs no
    /// signature.</summary>
    public const string LivePath = "/livez";

    /// <summary>Marks a check whose failure only a restart can repair.</summary>
    public const string LiveTag = "live";

    /// <summary>Maps the health reports. The fronts serve every other path that has no endpoint of its own.</summary>
    public static IEndpointRouteBuilder MapOrleansUploadsGateway(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks(HealthPath, new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync });
        endpoints.MapHealthChecks(LivePath, new HealthCheckOptions
        {
            ResponseWriter = HealthReportWriter.WriteAsync,
            Predicate = static check => check.Tags.Contains(LiveTag),
        });
        var services = endpoints.ServiceProvider;
        GatewayTelemetry.Observe(
            services.GetRequiredService<OpenConnections>(), services.GetRequiredService<TransferLimiters>());
        endpoints.Map("/{**path}", (RequestDelegate)services.GetRequiredService<FrontDispatcher>().HandleAsync);
        return endpoints;
    }
}
