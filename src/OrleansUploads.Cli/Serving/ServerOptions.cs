using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Gateway.Settings;

namespace OrleansUploads.Cli.Serving;

/// <summary>The options of a server.</summary>
internal sealed record ServerOptions
{
    /// <summary>Full path of the data folder.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Address and port of the vault API and of S3.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Address and port of the dashboard, or null to serve it at the address of the APIs.</summary>
    public IPEndPoint? DashboardListen { get; init; }

    /// <summary>The account of the first key pair, and of anonymous requests.</summary>
    public required AccountId Account { get; init; }

    /// <summary>Options of the engine and of the gateway.</summary>
    public required ServiceOptions Service { get; init; }

    /// <summary>PEM file; null to serve plain HTTP.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>PEM file; null to serve plain HTTP.</summary>
    public string? CertificateKeyPath { get; init; }

    /// <summary>Whether requests need no signature.</summary>
    public bool Anonymous { get; init; }

    /// <summary>Whether people can look at uploads with a browser.</summary>
    public bool HasDashboard { get; init; } = true;

    /// <summary>Whether only warnings and errors are logged.</summary>
    public bool Quiet { get; init; }

    /// <summary>See <see cref="DataFolderOptions.FloorBytes"/>.</summary>
    public long? FloorBytes { get; init; }

    /// <summary>Replacements for tests.</summary>
    public ServerSeams Seams { get; init; } = new();

    /// <summary>Changes the gateway's services after they were added, or null for no change.</summary>
    public Action<IServiceCollection>? Configure { get; init; }
}
