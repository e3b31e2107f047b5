using System.Reflection;
using System.Runtime.CompilerServices;
using OrleansUploads.Client;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>What users of the client's package see changes only on purpose: the assembly and PublicAPI.Shipped.txt agree.</summary>
public sealed class PublicApiTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_public_surface_is_the_one_that_is_written_down()
    {
        var written = File.ReadAllLines(ListPath());
        var actual = Describe(typeof(GlacierClient).Assembly).Order(StringComparer.Ordinal).Distinct().ToArray();

        // To accept a change, edit the file by hand. Removing or changing a line breaks users.
        Assert.True(
            written.SequenceEqual(actual),
            $"PublicAPI.Shipped.txt differs.\nAdd:\n{Lines(actual.Except(written))}\nRemove:\n{Lines(written.Except(actual))}");
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private static string ListPath([CallerFilePath] string thisFile = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../src/OrleansUploads.Client/PublicAPI.Shipped.txt"));

    private static IEnumerable<string> Describe(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes())
        {
            yield return Name(type);
            foreach (var member in type.GetMembers(Declared).Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null))
            {
                var text = member switch
                {
                    ConstructorInfo { IsStatic: false } made when IsVisible(made) => $"{Name(type)}({Parameters(made)})",
                    MethodInfo { IsSpecialName: false } method when IsVisible(method) =>
                        $"{Name(type)}.{method.Name}({Parameters(method)}) -> {Name(method.ReturnType)}",
                    PropertyInfo property when property.GetMethod is { } get && IsVisible(get) =>
                        $"{Name(type)}.{property.Name} -> {Name(property.PropertyType)}{(property.SetMethod is { } set && IsVisible(set) ? " (settable)" : "")}",
                    FieldInfo field when field.IsPublic && !field.IsSpecialName => $"{Name(type)}.{field.Name} -> {Name(field.FieldType)}",
                    _ => null,
                };
                if (text is not null)
                {
                    yield return text;
                }
            }
        }
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method) => string.Join(
        ", ",
        method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}"));

    private static string Name(Type type) =>
        type.IsGenericParameter ? type.Name
        : type.IsGenericType ? $"{Outer(type)}{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.IsArray ? Name(type.GetElementType()!) + "[]"
        : Outer(type) + type.Name;

    private static string Outer(Type type) =>
        type.DeclaringType is { } outer ? Name(outer) + "." : type.Namespace?.StartsWith("OrleansUploads.Client", StringComparison.Ordinal) is true ? type.Namespace + "." : "";
}
