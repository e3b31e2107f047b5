using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Settings;

public sealed class SettingArgumentsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--OrleansUploads:Listen=127.0.0.1:9400 OrleansUploads:Role=gateway")]
    [InlineData("--OrleansUploads:Listen 127.0.0.1:9400 --Logging:LogLevel:Default=Warning")]
    public void Settings_are_accepted(string words) => SettingsReader.RequireSettings(Split(words));

    [Theory]
    [InlineData("clok accept", "'clok' is neither a command nor a setting with a value. See 'orleans-uploads-silo --help'.")]
    [InlineData("--version --OrleansUploads:Role=silo", "'--version' is neither")]
    [InlineData("--OrleansUploads:Role", "'--OrleansUploads:Role' is neither")]
    [InlineData("--OrleansUploads:Role=silo start", "'start' is neither")]
    [InlineData("--Listen=127.0.0.1:9400", "--Listen has no effect. Write --OrleansUploads:Listen=VALUE.")]
    [InlineData("--listen 127.0.0.1:9400", "--listen has no effect. Write --OrleansUploads:Listen=VALUE.")]
    [InlineData("--OrleansUploads__Listen=127.0.0.1:9400", "--OrleansUploads__Listen has no effect. Write --OrleansUploads:Listen=VALUE.")]
    public void Other_words_are_refused(string words, string expected) => Assert.StartsWith(
        expected, Assert.Throws<SettingException>(() => SettingsReader.RequireSettings(Split(words))).Message, StringComparison.Ordinal);

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
