using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace OrleansUploads.TestKit;

/// <summary>What users of a package see changes only on purpose: its assembly and PublicAPI.Shipped.txt of its project agree.</summary>
public sealed class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly Assembly _assembly;

    private PublicApi(Assembly assembly) => _assembly = assembly;

    /// <param name="assembly">The assembly, which has the name of its project.</param>
    /// <param name="isNamed">Whether users name a type; null for all public ones.</param>
    /// <param name="test">The file of the test.</param>
    public static void RequireWritten(Assembly assembly, Func<Type, bool>? isNamed = null, [CallerFilePath] string test = "")
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var root = Path.GetDirectoryName(test);
        while (root is not null && !File.Exists(Path.Combine(root, "OrleansUploads.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        var list = Path.Combine(root!, "src", assembly.GetName().Name!, "PublicAPI.Shipped.txt");
        var written = File.ReadAllLines(list);
        var actual = new PublicApi(assembly).Describe(isNamed ?? (static _ => true)).Order(StringComparer.Ordinal).Distinct().ToArray();

        // To accept a change, edit the file by hand. Removing or changing a line breaks users.
        Assert.True(
            written.SequenceEqual(actual),
            $"{list} differs.\nAdd:\n{Lines(actual.Except(written))}\nRemove:\n{Lines(written.Except(actual))}");
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private IEnumerable<string> Describe(Func<Type, bool> isNamed)
    {
        foreach (var type in _assembly.GetExportedTypes().Where(type => type.GetCustomAttribute<GeneratedCodeAttribute>() is null && isNamed(type)))
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

    private string Parameters(MethodBase method) => string.Join(
        ", ",
        method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}"));

    /// <summary>The types of the assembly have their namespace.</summary>
    private string Name(Type type) =>
        type.IsGenericParameter ? type.Name
        : type.IsGenericType ? $"{Outer(type)}{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.IsArray ? Name(type.GetElementType()!) + "[]"
        : Outer(type) + type.Name;

    private string Outer(Type type) =>
        type.DeclaringType is { } outer ? Name(outer) + "." : type.Assembly == _assembly ? type.Namespace + "." : "";
}
