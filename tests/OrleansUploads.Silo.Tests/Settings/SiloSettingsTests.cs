using System.CommandLine;
using Microsoft.Extensions.Configuration;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Settings;

public sealed class SiloSettingsTests : TestWithFolder
{
    [Fact]
    public void The_help_lists_every_setting_with_its_default()
    {
        using var help = new StringWriter();
        Assert.Equal(0, SiloCommandLine.Parse("--help").Invoke(new InvocationConfiguration { Output = help }));
        Assert.All(Setting.Of<SiloSettings>(), setting => Assert.Contains(
            $"  {VariableOf(setting.Name)}{(setting.Default is null ? "" : $" (default: {setting.Default})")}{help.NewLine}"
            + $"      {setting.MeaningInCluster}",
            help.ToString(),
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_setting_has_its_default()
    {
        var settings = Read(("Clustering", null));
        Assert.Equal(ClusterStore.Postgres, settings.Clustering);
        Assert.Equal(ProcessRole.Silo, settings.Role);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 9400), settings.Listen);
        Assert.Equal(TimeSpan.FromDays(7), settings.ToOptions().Engine.Uploads.StaleAfter);
        Assert.Equal(TimeSpan.FromHours(24), settings.ToOptions().Engine.Maintenance.AttemptGrace);
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
    [InlineData("ProbeTimeout", "50d", "at most 1h")]
    [InlineData("DrainDelay", "50d", "at most 7d")]
    [InlineData("DrainTime", "50d", "at most 7d")]
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

    [Fact]
    public void An_identity_stands_in_for_the_connection_string_of_an_azure_account()
    {
        var settings = Read(("Clustering", "azure"), ("ConnectionString", null), ("TableService", "https://account.table.core.windows.net"));
        Assert.Equal(new Uri("https://account.table.core.windows.net"), settings.TableService);
        Assert.Equal("", settings.ConnectionString);
    }

    /// <summary>A change without a value removes the setting.</summary>
    [Theory]
    [InlineData("OrleansUploads__ConnectionString", "ConnectionString")]
    [InlineData("OrleansUploads__PartsFolder", "PartsFolder")]
    [InlineData("OrleansUploads__SecretAccessKey", "SecretAccessKey")]
    [InlineData("OrleansUploads__AccessKeyId", "AccessKeyId")]
    [InlineData("OrleansUploads__KeysFile", "AccessKeyId", "SecretAccessKey")]
    [InlineData("both set", "ConnectionString_FILE=/nowhere/secret")]
    [InlineData("OrleansUploads__ConnectionString_FILE", "ConnectionString", "ConnectionString_FILE=/nowhere/secret")]
    [InlineData("/nowhere/secret", "ConnectionString", "ConnectionString_FILE=/nowhere/secret")]
    [InlineData("OrleansUploads__PartsFolder", "Clustering=localhost")]
    [InlineData("needs a cluster", "Clustering=localhost", "PartsFolder", "Role=gateway")]
    [InlineData("are both set", "Clustering=azure", "ConnectionString=UseDevelopmentStorage=true", "TableService=https://account.test")]
    [InlineData("must be an address such as https://", "Clustering=azure", "ConnectionString", "TableService=http://account.test")]
    [InlineData("must be an address such as https://", "Clustering=azure", "ConnectionString", "TableService=account")]
    [InlineData("With an identity, set OrleansUploads__TableService instead.", "Clustering=azure", "ConnectionString")]
    [InlineData("but OrleansUploads__Clustering is postgres", "ConnectionString", "TableService=https://account.test")]
    public void What_is_missing_or_contradicts_is_named(string message, params string[] changes)
    {
        var fault = Assert.Throws<SettingException>(() => Read(
            [.. changes.Select(static change => change.Split('=', 2) is [var name, var value] ? (name, (string?)value) : (change, null))]));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("Logging:LogLevel:OrleansUploads", "Logging__LogLevel__OrleansUploads")]
    [InlineData("Logging:Console:LogLevel:Default", "Logging__Console__LogLevel__Default")]
    public void A_level_of_the_log_that_does_not_exist_is_named(string key, string variable)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("OrleansUploads:Clustering", "localhost"), new(key, "Loud")]).Build();
        var fault = Assert.Throws<SettingException>(() => SettingsReader.Read(configuration));
        Assert.Contains($"{variable} is 'Loud'. It must be one of Trace, ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_settings_that_is_not_JSON_is_named()
    {
        File.WriteAllText(Folder.File("appsettings.json"), "{ \"Logging\": ");
        using var configuration = new ConfigurationManager();
        var fault = Assert.Throws<SettingException>(() => SettingsReader.AddFile(configuration, Folder.File("appsettings.json")));
        Assert.StartsWith($"{Folder.File("appsettings.json")} cannot be read: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topics_are_separated_by_spaces_and_an_invalid_one_is_named()
    {
        const string Topic = "arn:aws:sns:us-east-1:111122223333:";
        var settings = Read(("Notify", $"{Topic}a=https://a.test/x  {Topic}b=https://b.test/"));
        var receivers = settings.ToOptions().Receivers;
        Assert.Equal(
            ["https://a.test/x", "https://b.test/"], new[] { "a", "b" }.Select(name => receivers.AddressFor($"{Topic}{name}")?.AbsoluteUri));
        var fault = Assert.Throws<SettingException>(() => Read(("Notify", "nowhere")));
        Assert.StartsWith("OrleansUploads__Notify: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_can_be_read_from_a_file()
    {
        File.WriteAllText(Folder.File("secret"), "Host=db\n");
        var settings = Read(("ConnectionString", null), ("ConnectionString_FILE", Folder.File("secret")));
        Assert.Equal("Host=db", settings.ConnectionString);
    }

    [Fact]
    public void A_secret_file_that_is_not_needed_is_not_read()
    {
        var settings = Read(
            ("Clustering", "localhost"), ("PartsFolder", null), ("ConnectionString", null),
            ("ConnectionString_FILE", Folder.File("nowhere")));
        Assert.Null(settings.PartsFolder);
    }

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

        return SettingsReader.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(values.Where(entry => entry.Value is not null)
                .Select(entry => KeyValuePair.Create("OrleansUploads:" + entry.Key, entry.Value)))
            .Build());
    }
}
