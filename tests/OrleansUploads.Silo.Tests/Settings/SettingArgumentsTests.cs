using Microsoft.Extensions.Configuration;
using OrleansUploads.Silo.Hosting;

namespace OrleansUploads.Silo.Tests.Settings;

public sealed class SettingArgumentsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--OrleansUploads:Listen=[::]:9400", "OrleansUploads:Listen=[::]:9400")]
    [InlineData("check --deep --OrleansUploads:ConnectionString=Host=db;Password=a=b", "OrleansUploads:ConnectionString=Host=db;Password=a=b")]
    [InlineData("--OrleansUploads:Role=silo clock show --OrleansUploads:role=gateway", "OrleansUploads:Role=gateway")]
    [InlineData("--Logging:LogLevel:Default=Warning --OrleansUploads:Region=", "OrleansUploads:Region=", "Logging:LogLevel:Default=Warning")]
    [InlineData("--OrleansUploads:KeysFile=@keys", "OrleansUploads:KeysFile=@keys")]
    public void Settings_may_be_before_and_behind_a_command(string words, params string[] settings)
    {
        var commandLine = SiloCommandLine.Parse(Split(words));

        Assert.Empty(commandLine.Errors);
        var configuration = new ConfigurationBuilder().AddCommandLine(SettingArguments.Of(commandLine)).Build();
        Assert.Equal(
            settings.Order(StringComparer.Ordinal),
            configuration.AsEnumerable()
                .Where(static setting => setting.Value is not null)
                .Select(static setting => $"{setting.Key}={setting.Value}")
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("clok accept", "'clok' is neither a command nor an option. See 'orleans-uploads-silo --help'.")]
    [InlineData("--version --OrleansUploads:Role=silo", "--version option cannot be combined")]
    [InlineData("--OrleansUploads:Role", "--OrleansUploads:Role has no value. Write --OrleansUploads:Role=VALUE.")]
    [InlineData("--OrleansUploads:SecretAccessKey secret", "--OrleansUploads:SecretAccessKey has no value.")]
    [InlineData("--OrleansUploads:=silo", "--OrleansUploads:=silo has no value.")]
    [InlineData("--OrleansUploads:Role=silo start", "'start' is neither")]
    [InlineData("--OrleansUpload:Role=silo", "--OrleansUpload:Role has no effect. Write --OrleansUploads:Role=VALUE.")]
    [InlineData("OrleansUploads:Role=silo", "OrleansUploads:Role has no effect. Write --OrleansUploads:Role=VALUE.")]
    [InlineData("--SecretAccessKey=secret", "--SecretAccessKey has no effect. Write --OrleansUploads:SecretAccessKey=VALUE.")]
    [InlineData("--listen 127.0.0.1:9400", "--listen has no effect. Write --OrleansUploads:Listen=VALUE.")]
    [InlineData("--OrleansUploads__Listen=127.0.0.1:9400", "--OrleansUploads__Listen has no effect. Write --OrleansUploads:Listen=VALUE.")]
    [InlineData("clock", "Required command was not provided.")]
    [InlineData("backup begin soon", "'soon' is not a valid duration.")]
    [InlineData("backup begin 8d", "The lease is 8d, but must be from 1m to 7d.")]
    [InlineData("backup begin", "Required argument 'time' missing")]
    [InlineData("import", "Required argument 'folder' missing")]
    public async Task Other_words_are_refused_without_repeating_values(string words, string expected)
    {
        var refused = await Assert.ThrowsAsync<SettingException>(() => SiloCommandLine.RunAsync(SiloCommandLine.Parse(Split(words))));

        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_folder_is_not_imported() => Assert.StartsWith(
        "Name the data folder",
        (await Assert.ThrowsAsync<SettingException>(() => SiloCommandLine.RunAsync(SiloCommandLine.Parse("import", "")))).Message,
        StringComparison.Ordinal);

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
