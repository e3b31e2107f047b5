using OrleansUploads.Cluster.Hosting;

namespace OrleansUploads.Cluster.Tests.Membership;

public sealed class GroupPlacementTests
{
    private static readonly EntityGroup[] Groups = [.. Enumerable.Range(0, EntityGroup.Count).Select(static number => new EntityGroup(number))];

    [Fact]
    public void Each_silo_gets_its_share_of_the_groups()
    {
        var counts = Groups.CountBy(static group => GroupPlacementDirector.SiloOf(group, [Silo(1), Silo(2), Silo(3)])).ToList();

        Assert.Equal(3, counts.Count);
        Assert.All(counts, static count => Assert.InRange(count.Value, EntityGroup.Count / 4, EntityGroup.Count / 2));
    }

    [Fact]
    public void The_order_of_the_silos_and_their_restarts_change_nothing()
    {
        SiloAddress[] silos = [Silo(1), Silo(2), Silo(3)];
        SiloAddress[] restarted = [Silo(3), Silo(2, generation: 9), Silo(1)];

        Assert.All(Groups, group => Assert.Equal(
            GroupPlacementDirector.SiloOf(group, silos).Endpoint, GroupPlacementDirector.SiloOf(group, restarted).Endpoint));
    }

    [Fact]
    public void A_silo_that_leaves_changes_the_place_of_its_own_groups_only()
    {
        SiloAddress[] silos = [Silo(1), Silo(2), Silo(3)];

        var moved = Groups.Where(group => GroupPlacementDirector.SiloOf(group, silos) != GroupPlacementDirector.SiloOf(group, silos[..2]));
        Assert.Equal(Groups.Where(group => GroupPlacementDirector.SiloOf(group, silos) == silos[2]), moved);
    }

    [Fact]
    public async Task The_entities_of_an_upload_are_on_one_silo()
    {
        await using var cluster = await ClusterBench.StartAsync(new DurableWorld(), silos: 3);
        await UploadOfManyParts.CreateVaultAsync(cluster.Client);
        var upload = new UploadOfManyParts(parts: 1, number: 1, EntityGroup.Of(Some.Vault));
        await upload.OpenAsync(cluster.Client);
        await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Report(0, "part"));
        var archive = await cluster.Client.AskWithRetriesAsync(upload.Entity, upload.Complete(await upload.ListAsync(cluster.Client)));

        EntityId[] entities =
        [
            upload.Entity, Some.Vault.Entity, Some.Incarnation.ArchiveShard(archive.Answer.Archive),
            new LeafId(Some.Incarnation.Uploads, LeafName.First).Entity,
        ];
        var (grains, management) = (new EntityGrains(cluster.Grains), cluster.Grains.GetGrain<IManagementGrain>(0));
        var silos = await Task.WhenAll(entities.Select(entity => management.GetActivationAddress(grains.Of(entity)).AsTask()));
        Assert.Equal(
            GroupPlacementDirector.SiloOf(EntityGroup.Of(Some.Vault), cluster.Silos.Select(static silo => silo.SiloAddress)),
            Assert.Single(silos.Distinct()));
    }

    private static SiloAddress Silo(int number, int generation = 1) => SiloAddress.New(IPAddress.Loopback, number, generation);
}
