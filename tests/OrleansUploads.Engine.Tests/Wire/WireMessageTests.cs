using System.Text;
using System.Text.Json;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Tests.Contracts;

namespace OrleansUploads.Engine.Tests.Wire;

/// <summary>Checks the messages between hosts. samples.txt contains one message for each wire name, and another one with notes if the
/// name got some. Lines are only added,
/// never changed, because hosts of two versions exchange messages while a cluster is updated.</summary>
public sealed class WireMessageTests
{
    private static readonly string[] Samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Wire", "samples.txt"));

    private static readonly Type[] CoreTypes = typeof(Limits).Assembly.GetTypes();

    public static TheoryData<string> Lines => new(Samples);

    /// <summary>All commands, answers and refusals are sent between hosts. Only confirmations stay with their
    /// entity.</summary>
    public static TheoryData<Type> Messages => new(
        Commands.Concat(Answers).Concat(Refusals).OrderBy(type => type.FullName, StringComparer.Ordinal));

    private static IEnumerable<Type> Commands => CoreTypes.Where(type =>
        type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(ICommand))
        && !type.Name.StartsWith("Confirm", StringComparison.Ordinal));

    private static IEnumerable<Type> Refusals => CoreTypes.Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Refusal)));

    private static IEnumerable<Type> Answers => Commands
        .SelectMany(command => command.GetInterfaces())
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ICommand<>))
        .Select(type => type.GetGenericArguments()[0])
        .SelectMany(answer => CoreTypes.Where(type => !type.IsAbstract && type.IsAssignableTo(answer)))
        .Distinct();

    [Theory]
    [MemberData(nameof(Messages))]
    public void Commands_answers_and_refusals_survive_a_round_trip(Type type)
    {
        var sent = Sample.Of(type);
        var message = WireMessage.Pack(sent);
        var arrived = message.Unpack<object>();
        Assert.IsType(type, arrived);
        Assert.Equivalent(sent, arrived, strict: true);
        Assert.Contains($"{message.Name} {Encoding.UTF8.GetString(message.Body)}", Samples);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_message_of_any_version_is_read_and_written_again_unchanged(string line)
    {
        Assert.Equal(line, Describe(Parse(line).Unpack<object>()));
    }

    [Fact]
    public void A_lock_ID_that_is_not_valid_arrives_as_the_empty_ID()
    {
        var command = new CompleteLock(Some.Vault, default);
        Assert.Equal(command, WireMessage.Pack(command).Unpack<ICommand>());
    }

    [Fact]
    public void Every_name_has_a_sample() => Assert.Equal(
        ShapeNames.Core.All.Where(shape => !DeciderTypes.IsStored(shape.Type))
            .Select(shape => shape.Name).Order(StringComparer.Ordinal),
        Samples.Select(line => Parse(line).Name).Distinct().Order(StringComparer.Ordinal));

    /// <summary>A newer version may add a note without another name.</summary>
    [Theory]
    [MemberData(nameof(Lines))]
    public void A_note_that_this_version_does_not_know_is_skipped(string line)
    {
        var message = Parse(line);
        if (message.Body[^1] == '}')
        {
            var noted = Encoding.UTF8.GetString(message.Body[..^1]) + (message.Body.Length > 2 ? "," : "") + "\"new\":[{\"note\":1}]}";
            Assert.Equal(line, Describe(new WireMessage(message.Name, Encoding.UTF8.GetBytes(noted)).Unpack<object>()));
        }
    }

    [Theory]
    [InlineData("complete-upload.999", "{}")]
    [InlineData("complete-upload.1", "{\"vault\":\"no vault\"}")]
    [InlineData("complete-upload.1", "null")]
    [InlineData("complete-upload.1", "[")]
    public void A_message_that_cannot_be_read_is_an_error(string name, string body) =>
        Assert.ThrowsAny<JsonException>(() => new WireMessage(name, Encoding.UTF8.GetBytes(body)).Unpack<ICommand>());

    [Fact]
    public void A_command_in_place_of_an_answer_is_an_error() =>
        Assert.Throws<JsonException>(static () => WireMessage.Pack(new DescribeVault(Some.Vault)).Unpack<IAnswer>());

    private static string Describe(object sent)
    {
        var message = WireMessage.Pack(sent);
        return $"{message.Name} {Encoding.UTF8.GetString(message.Body)}";
    }

    private static WireMessage Parse(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return new WireMessage(line[..space], Encoding.UTF8.GetBytes(line[(space + 1)..]));
    }
}
