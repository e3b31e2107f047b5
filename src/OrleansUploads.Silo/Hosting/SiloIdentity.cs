using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The name and addresses of this silo. The name tells its version to operators. Its generation is later than every earlier silo's at its address.</summary>
/// <remarks>Orleans takes the generation from the clock. A silo with an earlier generation than a silo before it counts as dead from the
/// start. So without this, a silo that was started while the clock was ahead could not be started again until that time has
/// come.</remarks>
/// <param name="settings">The addresses.</param>
/// <param name="lastGeneration">The latest generation at this address, or 0 if there was none.</param>
/// <param name="silo">The silo's name.</param>
/// <param name="cluster">The cluster's name.</param>
internal sealed class SiloIdentity(
    SiloSettings settings, int lastGeneration, IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster) : ILocalSiloDetails
{
    private const string VersionMark = " version ";

    public string Name { get; } = silo.Value.SiloName + VersionMark + ServerDescription.VersionOf(typeof(SiloIdentity).Assembly);

    /// <summary>The version in the name of a silo, or null if the silo has an earlier version, whose names do not tell.</summary>
    public static string? VersionIn(string? name) =>
        name?.LastIndexOf(VersionMark, StringComparison.Ordinal) is >= 0 and var at ? name[(at + VersionMark.Length)..] : null;

    public string ClusterId { get; } = cluster.Value.ClusterId;

    public string DnsHostName { get; } = Dns.GetHostName();

    public SiloAddress SiloAddress { get; } = SiloAddress.New(
        settings.Address,
        settings.SiloPort,
        Math.Max(SiloAddress.AllocateNewGeneration(), lastGeneration + 1));

    public SiloAddress GatewayAddress { get; } = SiloAddress.New(settings.Address, settings.ClientPort, 0);
}
