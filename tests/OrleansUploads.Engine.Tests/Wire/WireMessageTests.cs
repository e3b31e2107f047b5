using System.Text;
using System.Text.Json;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Wire;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Wire;

/// <summary>Holds what hosts say to each other: samples.txt has one message for each name that was ever given to a shape. A line
/// of it is never changed while a version that speaks it may still run; a new shape adds a line.</summary>
public sealed class WireMessageTests
{
    private static readonly string[] Samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "samples.txt"));

    private static readonly Type[] CoreTypes = typeof(Limits).Assembly.GetTypes();

    public static TheoryData<string> Lines => new(Samples);

    /// <summary>Confirmations stay within their entity; everything else that can be asked, answered or refused travels.</summary>
    public static TheoryData<Type> Travellers => new(
        Commands.Concat(Answers).Concat(Refusals).OrderBy(type => type.FullName, StringComparer.Ordinal));

    private static IEnumerable<Type> Commands => CoreTypes.Where(type =>
        type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(ICommand))
        && !type.Name.StartsWith("Confirm", StringComparison.Ordinal));

    private static IEnumerable<Type> Refusals => CoreTypes.Where(type => type.IsSubclassOf(typeof(Refusal)));

    private static IEnumerable<Type> Answers => Commands
        .SelectMany(command => command.GetInterfaces())
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ICommand<>))
        .Select(type => type.GetGenericArguments()[0])
        .SelectMany(answer => CoreTypes.Where(type => !type.IsAbstract && type.IsAssignableTo(answer)))
        .Distinct();

    [Theory]
    [MemberData(nameof(Travellers))]
    public void Whatever_can_be_asked_answered_or_refused_arrives_as_it_was_sent(Type type)
    {
        var sent = Sample.Of(type);
        var message = WireMessage.Pack(sent);
        var arrived = message.Unpack();
        Assert.IsType(type, arrived);
        Assert.Equivalent(sent, arrived, strict: true);
        Assert.Contains($"{message.Name} {Encoding.UTF8.GetString(message.Body)}", Samples);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_message_of_any_version_is_understood_and_sent_on_as_it_was(string line)
    {
        var message = WireMessage.Pack(Parse(line).Unpack());
        Assert.Equal(line, $"{message.Name} {Encoding.UTF8.GetString(message.Body)}");
    }

    [Fact]
    public void An_ID_that_no_lock_can_have_arrives_as_such()
    {
        var command = new CompleteLock(Some.Vault, default);
        Assert.Equal(command, WireMessage.Pack(command).Unpack());
    }

    [Fact]
    public void Every_name_has_a_sample() => Assert.Equal(
        WireNames.ByName.Keys.Order(StringComparer.Ordinal),
        Samples.Select(line => Parse(line).Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("complete-upload.999", "{}")]
    [InlineData("complete-upload.1", "{\"vault\":\"no vault\"}")]
    [InlineData("complete-upload.1", "null")]
    [InlineData("complete-upload.1", "[")]
    public void What_is_not_understood_is_an_error_that_says_so(string name, string body) =>
        Assert.ThrowsAny<JsonException>(() => new WireMessage(name, Encoding.UTF8.GetBytes(body)).Unpack());

    private static WireMessage Parse(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return new WireMessage(line[..space], Encoding.UTF8.GetBytes(line[(space + 1)..]));
    }
}
