namespace OrleansUploads.Cluster.Tests.Membership;

internal sealed class SiloDetails(SiloAddress silo) : ILocalSiloDetails
{
    public string Name => "self";

    public string ClusterId => "cluster";

    public string DnsHostName => "localhost";

    public SiloAddress SiloAddress => silo;

    public SiloAddress GatewayAddress => silo;
}
