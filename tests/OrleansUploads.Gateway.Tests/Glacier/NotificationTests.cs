using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

public class NotificationTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Both =
        """{"Events":["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"],"SNSTopic":"arn:aws:sns:us-east-1:1:ready"}""";

    [Fact]
    public async Task A_configuration_is_returned_until_it_is_deleted_and_deleting_it_again_succeeds()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetNotifications(vault, Both))).Expect(204);
        var shown = (await gateway.SendAsync(GetNotifications(vault))).Expect(200);
        Assert.Equal("application/json", shown.Header("Content-Type"));
        Assert.Equal(Both, shown.Text);

        (await gateway.SendAsync(DeleteNotifications(vault))).Expect(204);
        (await gateway.SendAsync(DeleteNotifications(vault))).Expect(204);
        (await gateway.SendAsync(GetNotifications(vault))).ExpectNotFound("No notification configuration is set");
    }

    [Fact]
    public async Task A_new_configuration_replaces_the_previous_one_completely()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetNotifications(vault, Both))).Expect(204);
        const string Other = """{"Events":["InventoryRetrievalCompleted"],"SNSTopic":"arn:x"}""";
        (await gateway.SendAsync(SetNotifications(vault, Other))).Expect(204);
        Assert.Equal(Other, (await gateway.SendAsync(GetNotifications(vault))).Expect(200).Text);
    }

    [Fact]
    public async Task A_repeated_event_is_stored_once()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetNotifications(
            vault, """{"SNSTopic":"arn:x","Events":["ArchiveRetrievalCompleted","ArchiveRetrievalCompleted"],"More":1}""")))
            .Expect(204);
        Assert.Equal(
            """{"Events":["ArchiveRetrievalCompleted"],"SNSTopic":"arn:x"}""",
            (await gateway.SendAsync(GetNotifications(vault))).Expect(200).Text);
    }

    [Fact]
    public async Task Deleting_a_vault_deletes_its_notification_configuration()
    {
        var vault = await gateway.NewVaultAsync();
        (await gateway.SendAsync(SetNotifications(vault, Both))).Expect(204);
        (await gateway.SendAsync(CreateVault(vault))).Expect(201);
        (await gateway.SendAsync(GetNotifications(vault))).Expect(200);
        (await gateway.SendAsync(DeleteVault(vault))).Expect(204);
        (await gateway.SendAsync(GetNotifications(vault))).ExpectNotFound("Vault not found");
        (await gateway.SendAsync(CreateVault(vault))).Expect(201);
        (await gateway.SendAsync(GetNotifications(vault))).ExpectNotFound("No notification configuration is set");
    }
}
