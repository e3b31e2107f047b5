using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Cli.Serving;

/// <summary>The options of a server.</summary>
/// <param name="DataFolder">Full path.</param>
/// <param name="DashboardListen">Null to serve the dashboard at the address of the APIs.</param>
/// <param name="Account">The account of the first key pair, and of anonymous requests.</param>
/// <param name="CertificatePath">PEM file; null to serve plain HTTP.</param>
/// <param name="CertificateKeyPath">PEM file; null to serve plain HTTP.</param>
/// <param name="Anonymous">Whether requests need no signature.</param>
/// <param name="Quiet">Whether only warnings and errors are logged.</param>
/// <param name="FloorBytes">How much of the disk is kept free, or null for the default.</param>
/// <param name="CacheBytes">See <see cref="EmbeddedHostOptions.MaxIdleBytes"/>.</param>
/// <param name="Settings">The settings that a silo also has.</param>
internal sealed record ServerOptions(
    string DataFolder,
    IPEndPoint Listen,
    IPEndPoint? DashboardListen,
    AccountId Account,
    string? CertificatePath,
    string? CertificateKeyPath,
    bool Anonymous,
    bool HasDashboard,
    bool Quiet,
    long? FloorBytes,
    long CacheBytes,
    ServiceSettings Settings,
    ServerSeams Seams);

/// <summary>Lets tests replace parts of a server. The defaults replace nothing.</summary>
internal sealed record ServerSeams
{
    public DataFolderOptions Folder { get; init; } = new();

    /// <summary>Replaces stores of the data folder before the engine gets them.</summary>
    public Func<EnginePorts, EnginePorts> Ports { get; init; } = static ports => ports;

    /// <summary>Changes the gateway's services after they were added.</summary>
    public Action<IServiceCollection> Services { get; init; } = static _ => { };
}
