using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

using ClusterOptions = Orleans.Configuration.ClusterOptions;

namespace OrleansUploads.Silo.Hosting;

/// <summary>The name and addresses of this silo. Its generation is later than that of every earlier silo at its address.</summary>
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
    public string Name { get; } = silo.Value.SiloName;

    public string ClusterId { get; } = cluster.Value.ClusterId;

    public string DnsHostName { get; } = Dns.GetHostName();

    public SiloAddress SiloAddress { get; } = SiloAddress.New(
        settings.AdvertisedAddress,
        settings.SiloPort,
        Math.Max(SiloAddress.AllocateNewGeneration(), lastGeneration + 1));

    public SiloAddress GatewayAddress { get; } = SiloAddress.New(settings.AdvertisedAddress, settings.ClientPort, 0);
}
