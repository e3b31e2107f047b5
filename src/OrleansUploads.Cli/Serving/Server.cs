using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Credentials;
using OrleansUploads.Gateway.Notifications;

namespace OrleansUploads.Cli.Serving;

/// <summary>Engine and gateway in one process.</summary>
internal sealed partial class Server(ServerOptions options)
{
    /// <summary>How long requests that are under way may go on after the order to stop.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    /// <summary>Serves until the process is told to stop.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Logging comes first, so that whatever housekeeping has to say is heard.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orleans-uploads" });
        AddLogging(builder.Logging);
        using var loggers = LoggerFactory.Create(AddLogging);
        var logger = loggers.CreateLogger<Server>();

        using var notifier = new HttpNotifier(options.Receivers, options.Region, loggers.CreateLogger<HttpNotifier>());
        await using var engine = EmbeddedEngine.Open(
            options.DataFolder,
            options.Engine,
            TimeProvider.System,
            (what, fault) => LogHousekeeping(logger, fault, what),
            notifier);
        foreach (var entity in engine.DamagedEntities)
        {
            LogDamaged(logger, entity.ToString());
        }

        var keys = KeyFile.InFolder(options.DataFolder);
        var operatorKey = OperatorKey.Find(keys, options.Account, DateTimeOffset.UtcNow);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Listen);
        if (options.CertificatePath is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        builder.Services.AddSingleton<IHostLifetime, StopOnSignal>();
        builder.Services.AddSingleton(engine.Host);
        builder.Services.AddSingleton(engine.Parts);
        builder.Services.AddSingleton<ICredentialStore>(services => new KeyFileCredentialStore(
            keys,
            operatorKey.Environment,
            TimeProvider.System,
            services.GetRequiredService<ILogger<KeyFileCredentialStore>>()));
        builder.Services.AddOrleansUploadsGateway(new GatewayOptions
        {
            Region = options.Region,
            AnonymousAccount = options.Anonymous ? options.Account : null,
        });

        await using var app = builder.Build();
        app.UseRouting();
        app.MapOrleansUploadsGateway();
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException fault) when (fault.InnerException is SocketException or AddressInUseException
            || fault.Message.Contains("address", StringComparison.OrdinalIgnoreCase))
        {
            return Guard.Fail(
                $"Cannot listen on {options.Listen}: {fault.Message} "
                + "Choose another port with --listen, or 0 for a free one.");
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Greeting.Print(options, operatorKey, keys, address);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private void Listen(KestrelServerOptions kestrel) => kestrel.Listen(options.Listen, endpoint =>
    {
        if (options is { CertificatePath: { } certificate, CertificateKeyPath: { } key })
        {
            endpoint.UseHttps(X509Certificate2.CreateFromPemFile(certificate, key));
        }
    });

    /// <summary>Logs go to the error stream, so that what is printed for people and scripts stays apart.</summary>
    private void AddLogging(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        })
        .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace)
        .Configure<LoggerFilterOptions>(filter =>
        {
            filter.MinLevel = LogLevel.Warning;
            // A start that fails is told in one clear line of our own.
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Hosting", LogLevel.None, null));
            filter.Rules.Add(new LoggerFilterRule(
                null, "OrleansUploads", options.Quiet ? LogLevel.Warning : LogLevel.Information, null));
        });

    [LoggerMessage(1, LogLevel.Error, "Housekeeping failed at {What}; it goes on with the next round")]
    private static partial void LogHousekeeping(ILogger logger, Exception fault, string what);

    [LoggerMessage(
        2, LogLevel.Error, "{Entity} has a damaged record and is not served; restore the data folder from a backup")]
    private static partial void LogDamaged(ILogger logger, string entity);
}
