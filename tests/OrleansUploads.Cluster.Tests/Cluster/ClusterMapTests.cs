using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Cluster;

public sealed class ClusterMapTests
{
    [Fact]
    public async Task The_map_lists_the_silos_and_finds_the_one_of_an_upload()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(), silos: 2);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(3, 1);
        await upload.OpenAsync(cluster.Client);
        var map = new ClusterMap(cluster.Grains);

        var silos = await map.ListSilosAsync(CancellationToken.None);

        Assert.Equal(
            cluster.Silos.Select(static silo => $"{silo.SiloAddress.ToParsableString()} Active").Order(StringComparer.Ordinal),
            silos.Select(static silo => $"{silo.Address} {silo.Status}"));
        Assert.Contains(await map.FindSiloAsync(upload.Entity, CancellationToken.None), silos.Select(static silo => silo.Address));
    }
}
