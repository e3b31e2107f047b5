namespace OrleansUploads.Core.Tests.Vaults;

/// <summary>The inventory of a vault, which changes with every archive.</summary>
public sealed class VaultInventoriesTests
{
    /// <summary>Uploads complete, archives are deleted and the vault's deletion is requested, in
    /// random order. Messages arrive late, twice and out of order.</summary>
    [Fact]
    public void A_vault_with_archives_is_never_deleted_and_every_archive_is_in_its_inventory()
    {
        var (deleted, kept) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider());
            vault.Do(new BeginVault(Some.Incarnation, Some.Noon));
            var shards = new (long Version, long Archives)[3];
            var tells = new List<RecordArchives>();
            var recorded = Enumerable.Range(0, 3).Select(shard => new ShardTotals(shard, 0, 0, 0, Some.Noon)).ToArray();
            for (var step = 0; step < 80 && vault.State is VaultState.Live; step++)
            {
                vault.Now += TimeSpan.FromHours(random.Next(0, 9));
                var shard = random.Next(shards.Length);
                switch (random.Next(12))
                {
                    case 0 or 1:
                        var upload = Some.Upload(step);
                        vault.Do(new OpenUpload(
                            Some.Vault, upload, Some.Size(1), Description.None, UploadOrigin.Multipart));
                        Change(shard, +1, upload);
                        break;
                    case 2 or 3 or 4 when shards[shard].Archives > 0:
                        Change(shard, -1, null);
                        break;
                    case 5 or 6 or 7 when tells.Count > 0:
                        var tell = tells[random.Next(tells.Count)];
                        Assert.IsType<AdditionVerdict.Recorded>(vault.Do(tell).Answer);
                        if (tell.Totals.Version > recorded[tell.Totals.Shard].Version)
                        {
                            recorded[tell.Totals.Shard] = tell.Totals;
                        }

                        break;
                    default:
                        vault.Do(random.Next(4) > 0 ? new DescribeVault(Some.Vault) : new DeleteVault(Some.Vault));
                        break;
                }
            }

            if (vault.State is not VaultState.Live)
            {
                deleted++;
                Assert.Equal(0, recorded.Sum(one => one.Archives));
                Assert.All(tells, tell => Assert.IsType<AdditionVerdict.VaultGone>(vault.Do(tell).Answer));
                continue;
            }

            kept++;
            tells.ForEach(tell => vault.Do(tell));
            Assert.Equal(shards.Sum(one => one.Archives), vault.Ask(new DescribeVault(Some.Vault)).Archives);
            Assert.Null(vault.Decider.WakeAt(vault.State));

            void Change(int shard, int archives, UploadId? closes)
            {
                shards[shard] = (shards[shard].Version + 1, shards[shard].Archives + archives);
                tells.Add(new RecordArchives(
                    1, new ShardTotals(shard, shards[shard].Version, shards[shard].Archives, 0, vault.Now), closes));
            }
        }

        Assert.True(deleted > 50 && kept > 50, $"{deleted} vaults were deleted and {kept} were not.");
    }
}
