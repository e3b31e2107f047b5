using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cli.Control;
using OrleansUploads.Dashboard;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Sqlite;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Serving;
using OrleansUploads.Storage;

namespace OrleansUploads.Cli.Serving;

internal sealed partial class Server(ServerOptions options)
{
    /// <summary>How long requests in progress may continue after the stop signal.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    /// <summary>Maximum time from the stop signal to the end of the process.</summary>
    public static readonly TimeSpan StopTime = DrainTime + TimeSpan.FromSeconds(5);

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Serves until the process is asked to stop. Returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ServeAsync(cancellationToken);
        }
        catch (PartStoreUnavailableException fault)
        {
            return Failure.Report($"{fault.Message.TrimEnd('.', ' ')}. Check --parts, --parts-endpoint, --parts-region and the credentials.");
        }
        catch (JournalUnavailableException fault) when (fault.IsDiskFull)
        {
            return Failure.Report(
                $"{fault.Message} The disk of {options.DataFolder} is full. Free some space, and start the server again.");
        }
    }

    private async Task<int> ServeAsync(CancellationToken cancellationToken)
    {
        // Logging comes first, so that opening the data folder can log messages.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "orleans-uploads" });
        AddLogging(builder.Logging);
        using var loggers = LoggerFactory.Create(AddLogging);
        var logger = loggers.CreateLogger<Server>();

        var metricsListen = options.Settings.MetricsListen;
        using var telemetry = TelemetryExport.Start(
            Environment.GetEnvironmentVariable, options.Listen.ToString(), isScraped: metricsListen is not null);
        telemetry?.LogFaults(loggers.CreateLogger<TelemetryExport>());
        if (FindSharedPort() is { } shared)
        {
            return Failure.Report(
                $"Cannot listen on port {shared} twice. Choose another address or port with --listen, --dashboard-listen or --metrics-listen.");
        }

        var isNew = await UseFolderAsync(async () =>
        {
            ForeignFolder.Require(options.DataFolder);
            await LostParts.RequireAsync(options.DataFolder, cancellationToken);
            return !DataFolder.Exists(options.DataFolder);
        });
        using var parts = options.Settings.PartsStore is { } address
            ? await ObjectStores.OpenAsync(address, cancellationToken).WarnIfSlowAsync(address.ToString(), logger, TimeProvider.System)
            : null;
        if (isNew && FindRefusedAddress() is { } refused)
        {
            // A new folder would stay.
            return ReportAddress(refused);
        }

        await using var folder = await UseFolderAsync(() => Task.FromResult(FileFault.OpenFolder(
            options.DataFolder, "--data", () => DataFolder.Open(options.DataFolder, FolderOptions(parts, logger)))));
        await folder.TakeStoreAsync(takesOver: false, cancellationToken);
        foreach (var entity in folder.DamagedEntities)
        {
            LogDamaged(logger, entity.ToString());
        }

        // Before the engine writes to the journal: SQLite's first commit flushes the folder and ignores a failure, which would lose the
        // name of a key file that is being created.
        var keys = KeyFile.InFolder(options.DataFolder, options.Seams.Folder.Flush);
        var operatorKey = OperatorKey.Find(keys, options.Account, DateTimeOffset.UtcNow);
        var certificate = options is { CertificatePath: { } path, CertificateKeyPath: { } keyPath }
            ? new ServerCertificate(path, keyPath, TimeProvider.System, loggers.CreateLogger<ServerCertificate>())
            : null;
        ConfigureKestrel(builder, certificate);
        AddServices(builder.Services, folder, keys, operatorKey, logger);
        await using var app = builder.Build();
        using var stopping = app.Lifetime.ApplicationStopping.Register(static () => Greeting.PrintStopping(DrainTime));
        try
        {
            await app.StartServingAsync(telemetry, cancellationToken);
        }
        catch (Exception fault) when (fault is SocketException || (fault is IOException broken && HttpServing.IsAboutAddress(broken)))
        {
            return ReportAddress(fault);
        }

        Greeting.Print(options, operatorKey, keys, HttpServing.AddressesOf(app, options.DashboardListen, metricsListen));
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;

        Task<T> UseFolderAsync<T>(Func<Task<T>> use) =>
            SlowStore.UseFolderAsync(options.DataFolder, use, logger, TimeProvider.System, cancellationToken);
    }

    private DataFolderOptions FolderOptions(IPartStore? parts, ILogger logger) => options.Seams.Folder with
    {
        Parts = parts,
        FloorBytes = options.FloorBytes,
        DirectIo = options.Settings.DirectIo,
        OnDirectIoRefused = reason => LogDirectIoRefused(logger, reason),
        OnDiskFailure = fault => LogDiskFailure(logger, FaultText.Describe(fault)),
        OnSpaceChange = problem => LogSpace(logger, problem ?? "The disk answers and has room again."),
    };

    private void ConfigureKestrel(WebApplicationBuilder builder, ServerCertificate? certificate)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            options.Listen,
            options.DashboardListen,
            options.Settings.MetricsListen,
            certificate is null ? null : endpoint => Secure(endpoint, certificate)));

        // Each block of a body otherwise wakes two threads, one for the socket and one for the request, which costs more than the
        // copies do. No request blocks a thread for long: what flushes a file has its own threads.
        builder.Services.Configure<SocketTransportOptions>(transport => transport.UnsafePreferInlineScheduling = true);
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
    }

    private void AddServices(IServiceCollection services, DataFolder folder, KeyFile keys, OperatorKey operatorKey, ILogger logger)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        services.AddSingleton(folder);
        var service = options.Settings.ToOptions() with { Host = new EmbeddedHostOptions { MaxIdleBytes = options.CacheBytes } };
        services.AddLocalEngine(service, opened => options.Seams.Ports(opened.Ports));
        services.AddHostedService(provider => new ControlServer(
            options.DataFolder,
            new ControlRequests(provider.GetRequiredService<EmbeddedEngine>()).ExecuteAsync,
            reason => LogNoControl(logger, reason)));
        services.AddSingleton<ICredentialStore>(provider => new KeyFileCredentialStore(
            keys,
            operatorKey.Environment,
            TimeProvider.System,
            provider.GetRequiredService<ILogger<KeyFileCredentialStore>>()));
        services.AddSingleton(new ServerDescription(ProgramVersion.Text, SqliteLibrary.Version, options.DataFolder));
        var gateway = service.Gateway with
        {
            AnonymousAccount = options.Anonymous ? options.Account : null,
            OperatorAccount = options.Account,
        };
        services.AddOrleansUploadsServer(gateway).AddOrleansUploadsFronts(gateway);
        if (options.HasDashboard)
        {
            services.AddUploadsDashboard(hasOwnAddress: options.DashboardListen is not null);
        }

        options.Seams.Services(services);
    }

    private IEnumerable<IPEndPoint> Addresses =>
        new[] { options.Listen, options.DashboardListen, options.Settings.MetricsListen }.OfType<IPEndPoint>();

    /// <summary>The port of two addresses that cannot be used together, or null. The system would say that another program uses it.</summary>
    private int? FindSharedPort()
    {
        IPEndPoint[] chosen = [.. Addresses];
        return Array.Find(chosen, one => Array.Exists(chosen, other => !ReferenceEquals(one, other) && one.Excludes(other)))?.Port;
    }

    /// <summary>Why one of the addresses cannot be used, or null.</summary>
    private SocketException? FindRefusedAddress()
    {
        foreach (var address in Addresses)
        {
            try
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(address);
            }
            catch (SocketException fault)
            {
                return fault;
            }
        }

        return null;
    }

    private int ReportAddress(Exception fault)
    {
        SocketError? error = null;
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            error = (cause as SocketException)?.SocketErrorCode ?? error;
        }

        var (reason, remedy) = error == SocketError.AddressNotAvailable
            ? ("this machine does not have the address", "Choose one of its own with --listen, such as 127.0.0.1:9400, or 0.0.0.0:9400 for all of them")
            : (fault.InnerException is AddressInUseException || error == SocketError.AddressAlreadyInUse
                    ? "the address is already in use"
                    : fault.Message.TrimEnd('.'),
                "Stop the program that uses it, or choose another address or port with --listen; port 0 takes a free one");

        // The message of the exception repeats the address.
        return Failure.Report($"Cannot listen on {string.Join(" or ", Addresses)}: {reason}. {remedy}.");
    }

    private static void Secure(ListenOptions endpoint, ServerCertificate certificate) => endpoint.UseHttps(new TlsHandshakeCallbackOptions
    {
        HandshakeTimeout = HandshakeTimeout,
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate.Current(),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        }),
    });

    private void AddLogging(ILoggingBuilder logging) => logging
        .AddOrleansUploadsLog(options.Settings.LogFormat)
        .Services.Configure<LoggerFilterOptions>(filter =>
        {
            filter.MinLevel = LogLevel.Warning;
            // Each look at a health report would log a problem that is logged once already.
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None, null));

            // A failed start is reported in one line of our own.
            filter.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Hosting", LogLevel.None, null));
            filter.Rules.Add(new LoggerFilterRule(
                null, "OrleansUploads", options.Quiet ? LogLevel.Warning : LogLevel.Information, null));
        });

    [LoggerMessage(4001, LogLevel.Error, "The control socket cannot be opened, so the commands 'clock' and 'backup' cannot reach this server: {Reason}")]
    private static partial void LogNoControl(ILogger logger, string reason);

    [LoggerMessage(
        4002, LogLevel.Error, "{Entity} has a damaged record and is not served. Restore the data folder from a backup")]
    private static partial void LogDamaged(ILogger logger, string entity);

    [LoggerMessage(
        4003, LogLevel.Critical, "The disk failed. Nothing more is written until the server is restarted. Check the disk first: {Reason}")]
    private static partial void LogDiskFailure(ILogger logger, string reason);

    [LoggerMessage(
        4007,
        LogLevel.Warning,
        "The disk refuses direct writes ({Reason}). Parts are written through the page cache; --direct-io off avoids this message")]
    private static partial void LogDirectIoRefused(ILogger logger, string reason);

    [LoggerMessage(4006, LogLevel.Warning, "{Problem}")]
    private static partial void LogSpace(ILogger logger, string problem);
}
