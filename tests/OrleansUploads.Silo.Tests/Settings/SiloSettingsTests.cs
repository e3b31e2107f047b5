using System.Net;
using Microsoft.Extensions.Configuration;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Settings;

public sealed class SiloSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_help_lists_every_setting_with_its_default()
    {
        Assert.True(Usage.IsAskedFor(["--help"]));
        Assert.False(Usage.IsAskedFor(["--OrleansUploads:Listen=127.0.0.1:9400"]));
        using var help = new StringWriter();
        Usage.Write(help);
        Assert.All(KnownSettings.All, setting => Assert.Contains(
            $"  {setting.Variable}{(setting.Default is null ? "" : $" (default: {setting.Default})")}{help.NewLine}"
            + $"      {setting.Meaning}",
            help.ToString(),
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_setting_has_its_default()
    {
        var settings = Read(("Clustering", null));
        Assert.Equal(ClusterStore.Postgres, settings.Store);
        Assert.Equal(ProcessRole.Silo, settings.Role);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 9400), settings.Listen);
        Assert.Equal(TimeSpan.FromDays(7), settings.Service.Engine.Uploads.StaleAfter);
        Assert.Equal(TimeSpan.FromHours(24), settings.Service.Engine.Maintenance.AttemptGrace);
        Assert.Null(settings.ShedLoadAtCpuPercent);
    }

    [Theory]
    [InlineData("Clustering", "zookeeper", "one of postgres, azure, localhost")]
    [InlineData("Role", "leader", "one of silo, gateway")]
    [InlineData("Dashboard", "on", "one of true, false")]
    [InlineData("SiloPort", "70000", "from 1 to 65535")]
    [InlineData("ClientPort", "0", "from 1 to 65535")]
    [InlineData("Listen", "9400", "an address and a port")]
    [InlineData("Account", "12", "12 digits")]
    [InlineData("StaleAfter", "1h", "at least 24h")]
    [InlineData("CollectGrace", "soon", "a duration such as")]
    [InlineData("MissedProbes", "0", "from 1 to 20")]
    [InlineData("ProbeTimeout", "0", "at least 1s")]
    [InlineData("ShedLoadAtCpuPercent", "101", "from 1 to 100")]
    [InlineData("RetrievalDelay", "soon", "3h for all tiers")]
    [InlineData("MaxVaults", "0", "at least 1")]
    [InlineData("AdvertisedAddress", "0.0.0.0", "not all addresses")]
    [InlineData("AdvertisedAddress", "no-such-host.invalid", "no address that other silos can reach")]
    public void An_invalid_value_is_named_with_the_expected_form(string name, string value, string wanted)
    {
        var fault = Assert.Throws<SettingException>(() => Read((name, value)));
        Assert.StartsWith($"OrleansUploads__{name} is '{value}'", fault.Message, StringComparison.Ordinal);
        Assert.Contains(wanted, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionString")]
    [InlineData("PartsFolder")]
    [InlineData("SecretAccessKey")]
    [InlineData("AccessKeyId")]
    public void A_missing_required_setting_is_named(string name)
    {
        var fault = Assert.Throws<SettingException>(() => Read((name, null)));
        Assert.Contains($"OrleansUploads__{name}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_identity_stands_in_for_the_connection_string_of_an_azure_account()
    {
        var settings = Read(("Clustering", "azure"), ("ConnectionString", null), ("TableService", "https://account.table.core.windows.net"));
        Assert.Equal(new Uri("https://account.table.core.windows.net"), settings.TableService);
        Assert.Equal("", settings.ConnectionString);
    }

    [Theory]
    [InlineData("azure", "UseDevelopmentStorage=true", "https://account.table.core.windows.net", "are both set")]
    [InlineData("azure", null, "http://account.table.core.windows.net", "must be an address such as https://")]
    [InlineData("azure", null, "account", "must be an address such as https://")]
    [InlineData("azure", null, null, "With an identity, set OrleansUploads__TableService instead.")]
    [InlineData("postgres", null, "https://account.table.core.windows.net", "but OrleansUploads__Clustering is postgres")]
    public void An_account_that_cannot_be_used_is_named(string clustering, string? connection, string? service, string wanted)
    {
        var fault = Assert.Throws<SettingException>(
            () => Read(("Clustering", clustering), ("ConnectionString", connection), ("TableService", service)));
        Assert.Contains(wanted, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Conectionstring")]
    [InlineData("PartsFolder_FILE")]
    public void An_unknown_setting_is_refused_and_the_message_lists_the_valid_ones(string name)
    {
        var fault = Assert.Throws<SettingException>(() => Read((name, "x")));
        Assert.StartsWith($"Unknown setting OrleansUploads__{name}. Valid settings: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionString, ConnectionString_FILE", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_settings_are_reported_at_once()
    {
        var fault = Assert.Throws<SettingException>(() => Read(
            ("Conectionstring", "x"), ("StaleAfter", "1h"), ("MaxJobs", "0"), ("SiloPort", "70000"), ("PartsFolder", null)));

        Assert.StartsWith("5 settings are wrong:", fault.Message, StringComparison.Ordinal);
        foreach (var name in (string[])["Conectionstring", "StaleAfter", "MaxJobs", "SiloPort", "PartsFolder"])
        {
            Assert.Contains($"OrleansUploads__{name}", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Topics_are_separated_by_spaces_and_an_invalid_one_is_named()
    {
        const string Topic = "arn:aws:sns:us-east-1:111122223333:";
        var settings = Read(("Notify", $"{Topic}a=https://a.test/x  {Topic}b=https://b.test/"));
        Assert.Equal(2, settings.Service.Receivers.ByTopic.Count);
        var fault = Assert.Throws<SettingException>(() => Read(("Notify", "nowhere")));
        Assert.StartsWith("OrleansUploads__Notify: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_can_be_read_from_a_file()
    {
        File.WriteAllText(_folder.File("secret"), "Host=db\n");
        var settings = Read(("ConnectionString", null), ("ConnectionString_FILE", _folder.File("secret")));
        Assert.Equal("Host=db", settings.ConnectionString);
    }

    [Fact]
    public void A_secret_set_twice_is_refused()
    {
        var fault = Assert.Throws<SettingException>(() => Read(("ConnectionString_FILE", _folder.File("secret"))));
        Assert.Contains("both set", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_secret_file_is_named()
    {
        var fault = Assert.Throws<SettingException>(
            () => Read(("ConnectionString", null), ("ConnectionString_FILE", _folder.File("nowhere"))));
        Assert.Contains("OrleansUploads__ConnectionString_FILE", fault.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_file_that_is_not_needed_is_not_read()
    {
        var settings = Read(
            ("Clustering", "localhost"), ("PartsFolder", null), ("ConnectionString", null),
            ("ConnectionString_FILE", _folder.File("nowhere")));
        Assert.Null(settings.PartsFolder);
    }

    [Fact]
    public void An_in_memory_journal_with_a_durable_part_store_is_refused()
    {
        var fault = Assert.Throws<SettingException>(() => Read(("Clustering", "localhost")));
        Assert.Contains("OrleansUploads__PartsFolder", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_without_a_silo_needs_a_cluster()
    {
        var fault = Assert.Throws<SettingException>(
            () => Read(("Clustering", "localhost"), ("PartsFolder", null), ("Role", "gateway")));
        Assert.Contains("needs a cluster", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_key_pair_the_silo_does_not_start()
    {
        var fault = Assert.Throws<SettingException>(() => Read(("AccessKeyId", null), ("SecretAccessKey", null)));
        Assert.Contains("OrleansUploads__KeysFile", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads valid settings with some changes.</summary>
    private static SiloSettings Read(params (string Name, string? Value)[] changes)
    {
        var values = new Dictionary<string, string?>
        {
            ["Clustering"] = "postgres",
            ["ConnectionString"] = "Host=db",
            ["PartsFolder"] = "/parts",
            ["AdvertisedAddress"] = "10.0.0.1",
            ["AccessKeyId"] = "AKIA",
            ["SecretAccessKey"] = "secret",
        };
        foreach (var (name, value) in changes)
        {
            values[name] = value;
        }

        return SiloSettings.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(values.Where(entry => entry.Value is not null)
                .Select(entry => KeyValuePair.Create("OrleansUploads:" + entry.Key, entry.Value)))
            .Build());
    }
}
