using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Vaults, their tags and their notifications.</summary>
internal static class VaultScenarios
{
    private const string Topic = "arn:aws:sns:us-east-1:000000000001:ready";

    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } = new Dictionary<string, Scenario>
    {
        [nameof(IAmazonGlacier.CreateVaultAsync)] = CreateVaultAsync,
        [nameof(IAmazonGlacier.DescribeVaultAsync)] = DescribeVaultAsync,
        [nameof(IAmazonGlacier.ListVaultsAsync)] = ListVaultsAsync,
        [nameof(IAmazonGlacier.DeleteVaultAsync)] = DeleteVaultAsync,
        [nameof(IAmazonGlacier.AddTagsToVaultAsync)] = AddTagsToVaultAsync,
        [nameof(IAmazonGlacier.ListTagsForVaultAsync)] = ListTagsForVaultAsync,
        [nameof(IAmazonGlacier.RemoveTagsFromVaultAsync)] = RemoveTagsFromVaultAsync,
        [nameof(IAmazonGlacier.SetVaultNotificationsAsync)] = SetVaultNotificationsAsync,
        [nameof(IAmazonGlacier.GetVaultNotificationsAsync)] = GetVaultNotificationsAsync,
        [nameof(IAmazonGlacier.DeleteVaultNotificationsAsync)] = DeleteVaultNotificationsAsync,
    };

    private static async Task CreateVaultAsync(IAmazonGlacier glacier, string vault)
    {
        var request = new CreateVaultRequest { VaultName = $"{vault}-created" };
        var first = await glacier.CreateVaultAsync(request);
        Assert.Equal(HttpStatusCode.Created, first.HttpStatusCode);
        Assert.EndsWith($"/vaults/{vault}-created", first.Location, StringComparison.Ordinal);
        Assert.Equal(first.Location, (await glacier.CreateVaultAsync(request)).Location);
    }

    private static async Task DescribeVaultAsync(IAmazonGlacier glacier, string vault)
    {
        var request = new DescribeVaultRequest { VaultName = vault };
        var empty = await glacier.DescribeVaultAsync(request);
        Assert.Equal(vault, empty.VaultName);
        Assert.Equal($"arn:aws:glacier:us-east-1:000000000001:vaults/{vault}", empty.VaultARN);
        Assert.Equal(0L, empty.NumberOfArchives);

        await glacier.UploadAsync(vault, [1, 2, 3]);

        var full = await glacier.DescribeVaultAsync(request);
        Assert.Equal(1L, full.NumberOfArchives);
        Assert.Equal((32L * 1024) + 3, full.SizeInBytes);
        Assert.Equal(empty.CreationDate, full.CreationDate);
        Assert.True(full.LastInventoryDate >= full.CreationDate, $"{full.LastInventoryDate}");
    }

    private static async Task ListVaultsAsync(IAmazonGlacier glacier, string vault)
    {
        await glacier.CreateVaultAsync(new CreateVaultRequest { VaultName = $"{vault}-2" });
        List<string> names = [];
        string? marker = null;
        do
        {
            var page = await glacier.ListVaultsAsync(new ListVaultsRequest { Limit = 1, Marker = marker });
            names.Add(Assert.Single(page.VaultList).VaultName);
            marker = page.Marker;
        }
        while (!string.IsNullOrEmpty(marker));

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Superset(new HashSet<string> { vault, $"{vault}-2" }, names.ToHashSet());
    }

    private static async Task DeleteVaultAsync(IAmazonGlacier glacier, string vault)
    {
        var deleted = await glacier.DeleteVaultAsync(new DeleteVaultRequest { VaultName = vault });
        Assert.Equal(HttpStatusCode.NoContent, deleted.HttpStatusCode);
        await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = vault }));
    }

    private static async Task AddTagsToVaultAsync(IAmazonGlacier glacier, string vault)
    {
        await AddTagsAsync(glacier, vault, ("owner", "alice"), ("größe", "10 m"));
        await AddTagsAsync(glacier, vault, ("owner", "bob"));
        Assert.Equal(new Dictionary<string, string> { ["owner"] = "bob", ["größe"] = "10 m" }, await TagsAsync(glacier, vault));
    }

    private static async Task ListTagsForVaultAsync(IAmazonGlacier glacier, string vault)
    {
        Assert.Empty(await TagsAsync(glacier, vault));
        await AddTagsAsync(glacier, vault, ("owner", "alice"));
        Assert.Equal(new Dictionary<string, string> { ["owner"] = "alice" }, await TagsAsync(glacier, vault));
    }

    private static async Task RemoveTagsFromVaultAsync(IAmazonGlacier glacier, string vault)
    {
        await AddTagsAsync(glacier, vault, ("owner", "alice"), ("kept", "yes"));
        await glacier.RemoveTagsFromVaultAsync(new RemoveTagsFromVaultRequest { VaultName = vault, TagKeys = ["owner", "never-set"] });
        Assert.Equal(new Dictionary<string, string> { ["kept"] = "yes" }, await TagsAsync(glacier, vault));
    }

    private static async Task SetVaultNotificationsAsync(IAmazonGlacier glacier, string vault)
    {
        await SetNotificationsAsync(glacier, vault, "InventoryRetrievalCompleted");
        await SetNotificationsAsync(glacier, vault, "ArchiveRetrievalCompleted");
        Assert.Equal(["ArchiveRetrievalCompleted"], (await NotificationsAsync(glacier, vault)).Events);
    }

    private static async Task GetVaultNotificationsAsync(IAmazonGlacier glacier, string vault)
    {
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => NotificationsAsync(glacier, vault));
        await SetNotificationsAsync(glacier, vault, "ArchiveRetrievalCompleted", "InventoryRetrievalCompleted");
        var configuration = await NotificationsAsync(glacier, vault);
        Assert.Equal(Topic, configuration.SNSTopic);
        Assert.Equal(["ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"], configuration.Events.Order(StringComparer.Ordinal));
    }

    private static async Task DeleteVaultNotificationsAsync(IAmazonGlacier glacier, string vault)
    {
        await SetNotificationsAsync(glacier, vault, "ArchiveRetrievalCompleted");
        var deleted = await glacier.DeleteVaultNotificationsAsync(new DeleteVaultNotificationsRequest { VaultName = vault });
        Assert.Equal(HttpStatusCode.NoContent, deleted.HttpStatusCode);
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => NotificationsAsync(glacier, vault));
    }

    private static async Task AddTagsAsync(IAmazonGlacier glacier, string vault, params (string Key, string Value)[] tags) =>
        await glacier.AddTagsToVaultAsync(new AddTagsToVaultRequest
        {
            VaultName = vault,
            Tags = tags.ToDictionary(tag => tag.Key, tag => tag.Value),
        });

    private static async Task<Dictionary<string, string>> TagsAsync(IAmazonGlacier glacier, string vault) =>
        (await glacier.ListTagsForVaultAsync(new ListTagsForVaultRequest { VaultName = vault })).Tags;

    private static async Task SetNotificationsAsync(IAmazonGlacier glacier, string vault, params string[] events) =>
        await glacier.SetVaultNotificationsAsync(new SetVaultNotificationsRequest
        {
            VaultName = vault,
            VaultNotificationConfig = new VaultNotificationConfig { SNSTopic = Topic, Events = [.. events] },
        });

    private static async Task<VaultNotificationConfig> NotificationsAsync(IAmazonGlacier glacier, string vault) =>
        (await glacier.GetVaultNotificationsAsync(new GetVaultNotificationsRequest { VaultName = vault })).VaultNotificationConfig;
}
